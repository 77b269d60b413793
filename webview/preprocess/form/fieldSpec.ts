// Owns what a form asks for, read from the JSON Schema of what is to be filled in: a new step or field needs no code
// here. Pure; knows neither steps nor elements.
import * as z from 'zod';

/** What is understood of JSON Schema: the subset that zod writes. */
const nodeSchema = z.object({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  default: z.unknown().optional(),
  description: z.string().optional(),
  widget: z.string().optional(),
  /** `field=value|value` */
  showIf: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  minItems: z.number().optional(),
  minLength: z.number().optional(),
  required: z.array(z.string()).optional(),
  get items() {
    return nodeSchema.optional();
  },
  get properties() {
    return z.record(z.string(), nodeSchema).optional();
  },
  get anyOf() {
    return z.array(nodeSchema).optional();
  },
  get oneOf() {
    return z.array(nodeSchema).optional();
  },
});
type Node = z.infer<typeof nodeSchema>;

interface Common {
  readonly name: string;
  readonly isRequired: boolean;
  readonly fallback: unknown;
  readonly help: string;
  /** Asked for only while another field has one of these values. */
  readonly showIf: { readonly field: string; readonly is: readonly string[] } | undefined;
}

export type FieldSpec = Common &
  (
    | { readonly kind: 'column' }
    | { readonly kind: 'columns' }
    | { readonly kind: 'expression' }
    | { readonly kind: 'pattern' }
    | { readonly kind: 'text' }
    | { readonly kind: 'boolean' }
    /** One of these texts; `isOpen` takes any other text too. */
    | { readonly kind: 'choice'; readonly options: readonly string[]; readonly isOpen: boolean }
    | { readonly kind: 'choices'; readonly options: readonly string[] }
    /** `word` may stand instead of a number; `isNullable`: or nothing. */
    | {
        readonly kind: 'number';
        readonly isInteger: boolean;
        readonly isNullable: boolean;
        readonly word: string | undefined;
      }
    | { readonly kind: 'textOrNull' }
    /** Texts, one a line. */
    | { readonly kind: 'texts' }
    | { readonly kind: 'numbers' }
    | { readonly kind: 'objects'; readonly fields: readonly FieldSpec[] }
  );

/** One way to fill a form in; several are told apart by the constant of their discriminator. */
export interface FormVariant {
  readonly constants: Readonly<Record<string, string>>;
  readonly help: string;
  readonly fields: readonly FieldSpec[];
}

/** Fields that no form shows: the kind itself, and what has a place of its own in the list of steps. */
const HIDDEN = new Set(['enabled']);

/**
 * @param schema an object, or a union of objects
 * @throws ZodError for a schema of a shape that is not known here
 */
export function formVariants(schema: z.ZodType): FormVariant[] {
  const node = nodeSchema.parse(z.toJSONSchema(schema, { io: 'input' }));
  const variants = node.oneOf ?? node.anyOf ?? [node];
  return variants.map(variant);
}

function variant(node: Node): FormVariant {
  const constants: Record<string, string> = {};
  let help = node.description ?? '';
  const fields: FieldSpec[] = [];
  for (const [name, property] of Object.entries(node.properties ?? {})) {
    if (typeof property.const === 'string') {
      constants[name] = property.const;
      if (help === '') help = property.description ?? '';
    } else if (!HIDDEN.has(name)) {
      fields.push(fieldSpec(name, property, node.required?.includes(name) ?? false));
    }
  }
  // Why a step is there matters least while it is filled in.
  fields.sort((a, b) => Number(a.name === 'description') - Number(b.name === 'description'));
  return { constants, help, fields };
}

function fieldSpec(name: string, node: Node, isRequired: boolean): FieldSpec {
  const common: Common = {
    name,
    isRequired,
    fallback: node.default,
    help: node.description ?? '',
    showIf: condition(node.showIf),
  };
  const widget = widgetKind(name, node);
  if (widget !== undefined) return { ...common, kind: widget };
  const alternatives = node.anyOf ?? node.oneOf;
  if (alternatives !== undefined) return alternativesSpec(common, alternatives);
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? []);
  const options = texts(node.enum);
  if (options !== undefined) return { ...common, kind: 'choice', options, isOpen: false };
  if (types.includes('boolean')) return { ...common, kind: 'boolean' };
  if (types.includes('number') || types.includes('integer')) {
    const isInteger = !types.includes('number');
    return { ...common, kind: 'number', isInteger, isNullable: types.includes('null'), word: undefined };
  }
  if (types.includes('array')) return arraySpec(common, node.items);
  return { ...common, kind: types.includes('null') ? 'textOrNull' : 'text' };
}

function condition(text: string | undefined): Common['showIf'] {
  const [field = '', values] = text?.split('=', 2) ?? [];
  return values === undefined ? undefined : { field, is: values.split('|') };
}

/** A field that is called "column" names one, also where no widget says so. */
function widgetKind(name: string, node: Node): 'column' | 'columns' | 'expression' | 'pattern' | undefined {
  switch (node.widget) {
    case 'column':
    case 'columns':
    case 'expression':
    case 'pattern':
      return node.widget;
    default:
      return name === 'column' && node.type === 'string' ? 'column' : undefined;
  }
}

/** A number or a word, or one of some texts or any other. */
function alternativesSpec(common: Common, alternatives: readonly Node[]): FieldSpec {
  const number = alternatives.find(({ type }) => type === 'number' || type === 'integer');
  const isNullable = alternatives.some(({ type }) => type === 'null');
  if (number !== undefined) {
    const word = alternatives.map((node) => node.const).find((value) => typeof value === 'string');
    return { ...common, kind: 'number', isInteger: number.type === 'integer', isNullable, word };
  }
  const options = alternatives.flatMap((node) => texts(node.enum) ?? texts([node.const]) ?? []);
  if (options.length === 0) return { ...common, kind: isNullable ? 'textOrNull' : 'text' };
  const isOpen = alternatives.some(
    (node) => node.type === 'string' && node.enum === undefined && node.const === undefined,
  );
  return { ...common, kind: 'choice', options, isOpen };
}

function arraySpec(common: Common, items: Node | undefined): FieldSpec {
  const options = texts(items?.enum);
  if (options !== undefined) return { ...common, kind: 'choices', options };
  if (items?.type === 'number' || items?.type === 'integer') return { ...common, kind: 'numbers' };
  if (items?.type === 'object') return { ...common, kind: 'objects', fields: variant(items).fields };
  return { ...common, kind: 'texts' };
}

function texts(values: readonly unknown[] | undefined): string[] | undefined {
  const found = values?.filter((value) => typeof value === 'string') ?? [];
  return found.length === 0 ? undefined : found;
}

export function isAskedFor({ showIf }: FieldSpec, values: FormValues): boolean {
  if (showIf === undefined) return true;
  const value = values[showIf.field];
  return typeof value === 'string' && showIf.is.includes(value);
}

export type FormValues = Readonly<Record<string, unknown>>;

/** What a new form starts with: the defaults, the first of a choice that must be made, and what is known already. */
export function startValues(variant: FormVariant, known: FormValues = {}): FormValues {
  const values: Record<string, unknown> = { ...variant.constants };
  for (const field of variant.fields) {
    const value = startValue(field);
    if (value !== undefined) values[field.name] = value;
  }
  return { ...values, ...known };
}

function startValue(field: FieldSpec): unknown {
  if (field.fallback !== undefined) return field.fallback;
  if (!field.isRequired) return undefined;
  switch (field.kind) {
    case 'choice':
      return field.options[0];
    case 'boolean':
      return false;
    case 'columns':
    case 'texts':
    case 'numbers':
    case 'choices':
      return [];
    case 'objects':
      return [emptyObject(field.fields)];
    case 'column':
    case 'expression':
    case 'pattern':
    case 'text':
      return '';
    case 'textOrNull':
      return null;
    case 'number':
      return undefined;
  }
}

export function emptyObject(fields: readonly FieldSpec[]): FormValues {
  return Object.fromEntries(fields.map((field) => [field.name, startValue(field)]));
}
