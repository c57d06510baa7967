package photosearch;

import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.StopFilter;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.cn.smart.HMMChineseTokenizer;
import org.apache.lucene.analysis.cn.smart.SmartChineseAnalyzer;
import org.elasticsearch.index.analysis.AbstractIndexAnalyzerProvider;
import org.elasticsearch.index.analysis.AbstractTokenFilterFactory;
import org.elasticsearch.index.analysis.AbstractTokenizerFactory;
import org.elasticsearch.index.analysis.AnalyzerProvider;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/** Offers Lucene's Chinese analyser under the names of Elastic's own analysis-smartcn plugin. */
public class SmartcnPlugin extends Plugin implements AnalysisPlugin {
    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("smartcn_tokenizer", (index, environment, name, settings) ->
            new AbstractTokenizerFactory(index, settings, name) {
                @Override
                public Tokenizer create() {
                    return new HMMChineseTokenizer();
                }
            });
    }

    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of("smartcn_stop", (index, environment, name, settings) ->
            new AbstractTokenFilterFactory(name, settings) {
                @Override
                public TokenStream create(TokenStream tokens) {
                    return new StopFilter(tokens, SmartChineseAnalyzer.getDefaultStopSet());
                }
            });
    }

    @Override
    public Map<String, AnalysisProvider<AnalyzerProvider<? extends Analyzer>>> getAnalyzers() {
        return Map.of("smartcn", (index, environment, name, settings) ->
            new AbstractIndexAnalyzerProvider<SmartChineseAnalyzer>(name, settings) {
                private final SmartChineseAnalyzer analyzer = new SmartChineseAnalyzer();

                @Override
                public SmartChineseAnalyzer get() {
                    return analyzer;
                }
            });
    }
}
