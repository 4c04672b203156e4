export { type IndexerConfig, indexerConfigSchema } from './config.ts'
export { type Indexer, type IndexerOptions, startIndexer } from './main.ts'
