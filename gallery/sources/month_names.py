"""Names of months in the languages of telephones and computers, as they stand in names of files and folders."""

import re

# January to December in each language, full and abbreviated; a slash separates forms of one month.
LANGUAGES = """
january february march april may june july august september october november december
jan feb mar apr may jun jul aug sep/sept oct nov dec
januar/jänner februar/feber märz/maerz april mai juni juli august september oktober november dezember
jan feb mär/mrz apr mai jun jul aug sep okt nov dez
janvier février/fevrier mars avril mai juin juillet août/aout septembre octobre novembre décembre/decembre
janv févr/fevr mars avr mai juin juil août sept oct nov déc
enero febrero marzo abril mayo junio julio agosto septiembre/setiembre octubre noviembre diciembre
ene feb mar abr may jun jul ago sep/set oct nov dic
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
gen feb mar apr mag giu lug ago set ott nov dic
janeiro fevereiro março/marco abril maio junho julho agosto setembro outubro novembro dezembro
jan fev mar abr mai jun jul ago set out nov dez
januari februari maart april mei juni juli augustus september oktober november december
jan feb mrt apr mei jun jul aug sep okt nov dec
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november desember
tammikuu/tammikuuta helmikuu/helmikuuta maaliskuu/maaliskuuta huhtikuu/huhtikuuta toukokuu/toukokuuta kesäkuu/kesäkuuta
heinäkuu/heinäkuuta elokuu/elokuuta syyskuu/syyskuuta lokakuu/lokakuuta marraskuu/marraskuuta joulukuu/joulukuuta
styczeń/stycznia luty/lutego marzec/marca kwiecień/kwietnia maj/maja czerwiec/czerwca lipiec/lipca sierpień/sierpnia
wrzesień/września październik/października listopad/listopada grudzień/grudnia
sty lut mar kwi maj cze lip sie wrz paź lis gru
leden/ledna únor/února březen/března duben/dubna květen/května červen/června červenec/července srpen/srpna září
říjen/října listopad/listopadu prosinec/prosince
január/januára február/februára marec/marca apríl/apríla máj/mája jún/júna júl/júla august/augusta september/septembra
október/októbra november/novembra december/decembra
január február március április május június július augusztus szeptember október november december
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
январь/января февраль/февраля март/марта апрель/апреля май/мая июнь/июня июль/июля август/августа сентябрь/сентября
октябрь/октября ноябрь/ноября декабрь/декабря
янв фев мар апр мая июн июл авг сен/сент окт ноя/нояб дек
січень/січня лютий/лютого березень/березня квітень/квітня травень/травня червень/червня липень/липня серпень/серпня
вересень/вересня жовтень/жовтня листопад/листопада грудень/грудня
ocak şubat/subat mart nisan mayıs/mayis haziran temmuz ağustos/agustos eylül/eylul ekim kasım/kasim aralık/aralik
ιανουάριος/ιανουαρίου φεβρουάριος/φεβρουαρίου μάρτιος/μαρτίου απρίλιος/απριλίου μάιος/μαΐου ιούνιος/ιουνίου
ιούλιος/ιουλίου αύγουστος/αυγούστου σεπτέμβριος/σεπτεμβρίου οκτώβριος/οκτωβρίου νοέμβριος/νοεμβρίου
δεκέμβριος/δεκεμβρίου
januari februari maret april mei juni juli agustus september oktober november desember
มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม
一月 二月 三月 四月 五月 六月 七月 八月 九月 十月 十一月 十二月
"""

MONTH_NUMBERS: dict[str, int] = {}
for place, forms in enumerate(LANGUAGES.split()):
    for form in forms.split("/"):
        MONTH_NUMBERS.setdefault(form, place % 12 + 1)
# The longest names first, so that "may" does not end "mayo".
MONTH_NAME = "|".join(map(re.escape, sorted(MONTH_NUMBERS, key=len, reverse=True)))
# Only in English does the day follow: "May 1, 2023".
ENGLISH = {form for forms in LANGUAGES.split()[:24] for form in forms.split("/")}
ENGLISH_MONTH_NAME = "|".join(sorted(ENGLISH, key=len, reverse=True))
