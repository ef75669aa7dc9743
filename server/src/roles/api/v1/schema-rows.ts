interface Schema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  example?: unknown;
}

export interface SchemaRow {
  name: string;
  type: string;
  required: boolean;
  description: string;
  schema: object;
}

/** The fields of an object schema as rows of a table, and its example; of a list in a page, the fields of one item. */
export function schemaRows(
  given: object | undefined,
  schemas: Record<string, object>,
): { rows: SchemaRow[]; example: unknown } {
  const schema = resolve((given ?? {}) as Schema, schemas);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    const field = resolve(property, schemas);
    return {
      name,
      type: typeName(property, schemas),
      required: schema.required?.includes(name) ?? false,
      description: property.description ?? field.description ?? '',
      schema: field,
    };
  });
  return { rows, example: schema.example ?? exampleOf(schema, schemas) };
}

function exampleOf(schema: Schema, schemas: Record<string, object>): unknown {
  if (!schema.properties) return undefined;
  const fields = Object.entries(schema.properties).flatMap(([name, property]) => {
    const field = resolve(property, schemas);
    if (field.items) {
      const item = resolve(field.items, schemas);
      return [[name, item.example === undefined ? [] : [item.example]]];
    }
    return 'example' in field ? [[name, field.example]] : [];
  });
  return fields.length > 0 ? Object.fromEntries(fields) : undefined;
}

function resolve(schema: Schema, schemas: Record<string, object>): Schema {
  const name = schema.$ref?.split('/').pop();
  return name === undefined ? schema : ((schemas[name] ?? {}) as Schema);
}

function typeName(schema: Schema, schemas: Record<string, object>): string {
  if (schema.$ref) return schema.$ref.split('/').pop() ?? '';
  if (schema.anyOf) return schema.anyOf.map((part) => typeName(part, schemas)).join(' or ');
  const types = [schema.type ?? 'any']
    .flat()
    .map((type) => (type === 'string' && schema.format ? schema.format : type));
  if (schema.items) return `${typeName(schema.items, schemas)}[]`;
  return types.join(' or ');
}
