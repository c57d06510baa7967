"""Chinese names that the packages lack, of large regions and cities, by country and English name."""

REGIONS = {
    "GB": "England 英格兰,Scotland 苏格兰,Wales 威尔士,Northern Ireland 北爱尔兰",
    "TW": "Taiwan 台湾",
    "IN": "Maharashtra 马哈拉施特拉邦,Tamil Nadu 泰米尔纳德邦,Gujarat 古吉拉特邦,Karnataka 卡纳塔克邦,"
    "Rajasthan 拉贾斯坦邦,Telangana 特伦甘纳邦,Bihar 比哈尔邦,Haryana 哈里亚纳邦,Jharkhand 贾坎德邦,Odisha 奥里萨邦,"
    "Chhattisgarh 恰蒂斯加尔邦,Jammu and Kashmir 查谟和克什米尔",
    "BR": "Paraná 巴拉那州,Ceará 塞阿拉州,Pará 帕拉州,Santa Catarina 圣卡塔琳娜州,Goiás 戈亚斯州,Maranhão 马拉尼昂州,"
    "Paraíba 帕拉伊巴州,Espírito Santo 圣埃斯皮里图州,Piauí 皮奥伊州",
    "PK": "Sindh 信德省,Khyber Pakhtunkhwa 开伯尔-普什图省,Balochistan 俾路支省",
    "MX": "México 墨西哥州,Veracruz 韦拉克鲁斯州,Nuevo León 新莱昂州,Michoacán 米却肯州,Coahuila 科阿韦拉州",
    "PH": "National Capital Region 国家首都区,Central Luzon 中央吕宋,Central Visayas 中米沙鄢,Western Visayas 西米沙鄢",
    "DE": "Baden-Wurttemberg 巴登-符腾堡",
    "KR": "Gyeonggi-do 京畿道,Gangwon-do 江原道,North Chungcheong 忠清北道,South Chungcheong 忠清南道,"
    "North Jeolla 全罗北道,South Jeolla 全罗南道,North Gyeongsang 庆尚北道,South Gyeongsang 庆尚南道,Jeju 济州",
    "ES": "Catalonia 加泰罗尼亚,Andalusia 安达卢西亚,Galicia 加利西亚,Valencia 巴伦西亚,Basque Country 巴斯克",
    "BE": "Flanders 弗拉芒,Wallonia 瓦隆",
    "SA": "Mecca Region 麦加省,Riyadh Region 利雅得省,Eastern Province 东部省,Medina Region 麦地那省",
    "UA": "Donetsk 顿涅茨克,Dnipropetrovsk 第聂伯罗彼得罗夫斯克",
    "FR": "Provence-Alpes-Côte d'Azur 普罗旺斯-阿尔卑斯-蓝色海岸,Auvergne-Rhône-Alpes 奥弗涅-罗讷-阿尔卑斯,"
    "Hauts-de-France 上法兰西,Occitanie 奥克西塔尼,Grand Est 大东部,Nouvelle-Aquitaine 新阿基坦,"
    "Pays de la Loire 卢瓦尔河地区,Normandy 诺曼底,Brittany 布列塔尼,Centre 中央-卢瓦尔河谷,"
    "Bourgogne-Franche-Comté 勃艮第-弗朗什-孔泰",
    "RU": "Moscow Oblast 莫斯科州,Krasnodar Krai 克拉斯诺达尔边疆区,Sverdlovsk Oblast 斯维尔德洛夫斯克州,"
    "Rostov 罗斯托夫州,Samara Oblast 萨马拉州,Krasnoyarsk Krai 克拉斯诺亚尔斯克边疆区",
    "US": "Maryland 马里兰州",
    "JP": "Hokkaido 北海道",
    "GR": "Attica 阿提卡",
    "FI": "Uusimaa 新地",
    "MA": "Casablanca-Settat 卡萨布兰卡-塞塔特,Rabat-Salé-Kénitra 拉巴特-塞拉-盖尼特拉",
    "PE": "Lima Province 利马",
    "CL": "Santiago Metropolitan 圣地亚哥首都大区",
    "CA": "Yukon 育空地区",
    "AR": "Buenos Aires F.D. 布宜诺斯艾利斯",
}
CITIES = {
    "CN": "Bao'an 宝安,Changshu 常熟,Luohu District 罗湖,Zhu Cheng City 诸城",
    "HK": "Victoria 维多利亚",
    "JP": "Saitama 埼玉",
    "VA": "Vatican City 梵蒂冈",
    "IS": "Reykjavík 雷克雅未克",
    "EG": "Giza 吉萨",
    "PK": "Faisalabad 费萨拉巴德",
    "TH": "Phuket 普吉",
    "DE": "Köln 科隆",
    "GT": "Guatemala City 危地马拉城",
    "IQ": "Erbil 埃尔比勒",
    "MN": "Ulan Bator 乌兰巴托",
    "UA": "Dnipro 第聂伯罗",
    "IN": "Chennai 金奈,Kanpur 坎普尔,Gwalior 瓜廖尔,Dhanbad 丹巴德,Howrah 豪拉",
    "US": "San Diego 圣迭戈,San Jose 圣何塞,Queens 皇后区,The Bronx 布朗克斯",
    "RU": "Nizhniy Novgorod 下诺夫哥罗德,Voronezh 沃罗涅日",
    "MA": "Fes 非斯,Rabat 拉巴特,Tangier 丹吉尔",
    "BO": "Santa Cruz de la Sierra 圣克鲁斯",
    "PH": "Taguig 达义,Cebu City 宿务",
    "VN": "Biên Hòa 边和",
    "BR": "Guarulhos 瓜鲁柳斯",
    "KR": "Goyang-si 高阳",
    "CG": "Pointe-Noire 黑角",
}


def read_names(table: dict[str, str]) -> dict[tuple[str, str], str]:
    """Return the Chinese names by country and English name."""
    return {
        (country, entry.rpartition(" ")[0]): entry.rpartition(" ")[2]
        for country, entries in table.items()
        for entry in entries.split(",")
    }
