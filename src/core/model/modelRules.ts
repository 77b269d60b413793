// Owns which presets suit a table and why: a rank, reasons with their numbers, and what may be won. The sources are at the
// rules; where they are against networks it says so.
import * as l10n from '@vscode/l10n';
import { formatCount } from '../../shared/format';
import type { Experiment } from '../../shared/schema/experiment';
import type { PresetName } from '../../shared/schema/modelPreset';
import type { BackendName } from '../../shared/schema/training';
import { usedFeatures, type TableFacts } from './tableFacts';

/** What the rules look at. */
export interface RuleFacts {
  readonly trainRows: number;
  /** Of the encoded matrix as the default encodes it. */
  readonly encodedColumns: number;
  /** Vectors that attention would see. */
  readonly tokens: number;
  readonly text: { readonly columns: number; readonly words: number } | undefined;
  /** Nothing but texts is learnt from. */
  readonly textOnly: boolean;
  /** The column with the most categories, and how many one-hot tells apart. */
  readonly categories:
    { readonly column: string; readonly distinct: number; readonly oneHot: number } | undefined;
  readonly backend: BackendName;
}

export interface Rated {
  /** The largest comes first. */
  readonly points: number;
  readonly reasons: readonly string[];
  readonly gain: string;
}

/** Those that have nothing to work on are left out before. */
export function ruleFacts(
  experiment: Experiment,
  table: TableFacts,
  encodedColumns: number,
  backend: BackendName,
): RuleFacts {
  const used = usedFeatures(experiment);
  const texts = used.filter(({ type }) => type === 'text');
  const words = texts.map(({ column }) => table.features.get(column)?.words?.mean ?? 10);
  const categories = used
    .flatMap((feature) => (feature.type === 'category' ? [feature] : []))
    .map(({ column, maxCategories }) => {
      const distinct = table.features.get(column)?.distinct ?? 0;
      return { column, distinct, oneHot: Math.min(distinct, maxCategories) };
    })
    .sort((a, b) => b.distinct - a.distinct);
  return {
    trainRows: table.trainRows,
    encodedColumns,
    tokens: used.length - texts.length,
    text: texts.length === 0 ? undefined : { columns: texts.length, words: Math.max(...words) },
    textOnly: texts.length === used.length,
    categories: categories[0],
    backend,
  };
}

/** A rule of thumb for linear models: ten to twenty rows for each number they learn (Harrell 2015, section 4.4). */
const ROWS_PER_COLUMN = 10;
/** Where ResNet and FT-Transformer were compared: 11 tables of 10,000 to 1,000,000 rows (Gorishniy et al. 2021). */
const DEEP_ROWS = 10_000;
/** Grinsztajn et al. 2022 compare on at most 10,000 train rows, and on 50,000 where there are. */
const TREE_ROWS = 50_000;
const MANY_TEXTS = 20_000;
/** So many rows to learn a vector from. */
const ROWS_PER_CATEGORY = 10;
const MANY_TOKENS = 100;

type Rule = (facts: RuleFacts) => Rated;

export const MODEL_RULES = {
  linear({ trainRows, encodedColumns, text }) {
    const perColumn = trainRows / Math.max(1, encodedColumns);
    const ratio = l10n.t(
      '{0} train rows for {1} encoded columns: {2} a column.',
      trainRows,
      encodedColumns,
      perColumn < 10 ? perColumn.toFixed(1) : String(Math.round(perColumn)),
    );
    const gain = l10n.t(
      'Weights that can be read, trained in seconds, and the score that a network must beat.',
    );
    if (perColumn < 1 && text === undefined) {
      const reason = l10n.t('Fewer rows than columns: any network can learn them by heart.');
      return { points: 60, reasons: [ratio, reason], gain };
    }
    if (perColumn < ROWS_PER_COLUMN) {
      const reason = l10n.t(
        'Below {0} rows a column there is little to learn beyond a weight for each.',
        ROWS_PER_COLUMN,
      );
      return { points: 45, reasons: [ratio, reason], gain };
    }
    const reason = l10n.t(
      'Enough rows to look for curves and columns that act together; this finds neither.',
    );
    return { points: 35, reasons: [ratio, reason], gain };
  },
  mlp({ trainRows, text }) {
    const reasons = [
      l10n.t(
        '{0} train rows: a plain network, regularised to their number, is the one to begin with.',
        trainRows,
      ),
    ];
    if (text === undefined && trainRows < TREE_ROWS) {
      // Grinsztajn et al. 2022: tree ensembles are ahead of tuned networks on 45 tables of medium size.
      reasons.push(
        l10n.t(
          'On tables of up to {0} rows trees beat networks on average (Grinsztajn et al. 2022): look at the boosted trees that each run is compared with before you tune.',
          formatCount(TREE_ROWS),
        ),
      );
    }
    if (text !== undefined) reasons.push(sentences());
    const gain = l10n.t('Curves and columns that act together, which a linear model cannot see.');
    return { points: 50, reasons, gain };
  },
  wideAndDeep({ trainRows, encodedColumns }) {
    const reasons = [
      l10n.t(
        'The linear part keeps what {0} columns tell by themselves, the deep part adds to it from {1} train rows.',
        encodedColumns,
        trainRows,
      ),
    ];
    const gain = l10n.t(
      'Rarely more than the MLP; it starts from the linear model where that is already good.',
    );
    return { points: 30, reasons, gain };
  },
  residualMlp({ trainRows }) {
    const reasons = [
      l10n.t(
        '{0} train rows; it was the strongest simple network on 11 tables of {1} rows and more (Gorishniy et al. 2021).',
        trainRows,
        formatCount(DEEP_ROWS),
      ),
    ];
    const gain = l10n.t('Depth without vanishing gradients: a point or so over the MLP where it under-fits.');
    return { points: trainRows >= DEEP_ROWS ? 44 : 15, reasons, gain };
  },
  categoryEmbeddings({ trainRows, categories }) {
    const gain = l10n.t('Categories that are alike share what they learn; fewer weights than one-hot.');
    if (categories === undefined) return { points: 0, reasons: [l10n.t('No category column.')], gain };
    const { column, distinct, oneHot } = categories;
    const perCategory = trainRows / Math.max(1, distinct);
    const reasons = [
      l10n.t(
        '"{0}" has {1} categories, {2} train rows for each on average; one-hot tells {3} of them apart.',
        column,
        distinct,
        perCategory.toFixed(1),
        oneHot,
      ),
    ];
    // Guo & Berkhahn 2016: embeddings pay where categories are many.
    if (distinct > oneHot && perCategory >= ROWS_PER_CATEGORY) return { points: 55, reasons, gain };
    if (distinct >= 10 && perCategory >= ROWS_PER_CATEGORY) return { points: 38, reasons, gain };
    reasons.push(
      l10n.t('So few categories, or so few rows for each, learn no more as vectors than as columns.'),
    );
    return { points: 18, reasons, gain };
  },
  ftTransformer({ trainRows, tokens, backend }) {
    const reasons = [
      l10n.t('{0} columns, each a vector, over {1} train rows.', tokens, trainRows),
      l10n.t(
        'Best of the networks on average on tables of {0} rows and more (Gorishniy et al. 2021), and the slowest: time grows with the square of the columns.',
        formatCount(DEEP_ROWS),
      ),
    ];
    const gain = l10n.t(
      'A point or so over the MLP on large tables whose columns act together; nothing on small ones.',
    );
    if (tokens > MANY_TOKENS || trainRows < 1000) return { points: 8, reasons, gain };
    if (trainRows < DEEP_ROWS) return { points: 25, reasons, gain };
    return { points: backend === 'cuda' ? 54 : 42, reasons, gain };
  },
  textEmbedding: textRule(36, 45, () =>
    l10n.t('The mood or the topic from word vectors; texts say more the more there are.'),
  ),
  textConv: textRule(48, 56, () =>
    l10n.t('Short phrases in their order, such as "not good", which TF-IDF cannot see.'),
  ),
  textLstm: textRule(20, 38, () => l10n.t('Order over many words, where it matters.')),
  textGru: textRule(26, 40, () => l10n.t('Order over many words, a quarter cheaper than an LSTM.')),
  textTransformer: textRule(16, 42, () =>
    l10n.t('Words far apart that belong together; only with very many texts.'),
  ),
  multiInput(facts) {
    const { trainRows, textOnly, tokens, text } = facts;
    const reasons = [
      l10n.t(
        '{0} text columns of about {1} words beside {2} other columns, {3} train rows.',
        text?.columns ?? 0,
        Math.round(text?.words ?? 0),
        tokens,
        trainRows,
      ),
    ];
    const gain = l10n.t('Texts and the other columns act together in the hidden layer.');
    if (textOnly) return { points: 10, reasons, gain };
    return { points: trainRows >= MANY_TEXTS ? 58 : 42, reasons, gain };
  },
} satisfies Record<PresetName, Rule>;

/**
 * Ours: 3,000 labelled sentences of imdb, amazon and yelp (UCI), 3 stratified splits, 450 test rows each, text alone.
 * Accuracy by split: TF-IDF + MLP .844 .827 .836; TF-IDF + linear .842 .818 .840; mean of vectors .844 .827 .816;
 * convolution .849 .849 .836; GRU .838 .840 .831. The largest difference, +0.9 points, has a standard error of 0.7.
 */
function sentences(): string {
  return l10n.t(
    'On 3,000 labelled sentences, 3 splits, the MLP on TF-IDF had {0} right, a convolution {1}, a GRU {2}, the mean of word vectors {3}, a linear model on TF-IDF {4}: no evidence for reading words in order with so few.',
    ...['83.6 %', '84.4 %', '83.6 %', '82.9 %', '83.3 %'],
  );
}

function textRule(few: number, many: number, gain: () => string): Rule {
  return ({ trainRows, text, textOnly }) => {
    const reasons = [
      l10n.t('{0} train rows with texts of about {1} words.', trainRows, Math.round(text?.words ?? 0)),
    ];
    const isMany = trainRows >= MANY_TEXTS;
    // Zhang et al. 2015: n-grams with TF-IDF lead up to several hundred thousand texts, character convolutions beyond.
    if (!isMany)
      reasons.push(
        l10n.t(
          'Word vectors from nothing want many texts; with fewer than {0} TF-IDF is as good and faster.',
          formatCount(MANY_TEXTS),
        ),
      );
    if (!textOnly) reasons.push(l10n.t('The other columns go to the output directly.'));
    return { points: (isMany ? many : few) - (textOnly ? 0 : 10), reasons, gain: gain() };
  };
}
