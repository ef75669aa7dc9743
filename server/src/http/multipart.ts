import { AppError, invalidField } from '../platform/app-error.ts';

/**
 * The content of the one part called `name` of a multipart/form-data body.
 * Errors: `malformed_body` for a broken body; `invalid_request` naming the part where it is missing or comes twice.
 */
export async function filePart(bytes: Uint8Array<ArrayBuffer>, contentType: string, name: string): Promise<Uint8Array> {
  const form = await parseForm(bytes, contentType);
  const parts = form.getAll(name);
  const [part] = parts;
  if (part === undefined) throw invalidField(name, 'is missing: send the file as a part of this name');
  if (parts.length > 1) throw invalidField(name, 'comes more than once: send one file at a time');
  return typeof part === 'string' ? new TextEncoder().encode(part) : new Uint8Array(await part.arrayBuffer());
}

async function parseForm(bytes: Uint8Array<ArrayBuffer>, contentType: string): Promise<FormData> {
  try {
    return await new Response(bytes, { headers: { 'Content-Type': contentType } }).formData();
  } catch (cause) {
    throw new AppError('malformed_body', 'The body is not valid multipart/form-data', { cause });
  }
}
