import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { LIMITS } from '@waymark/contract';
import { FileUp } from 'lucide-react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { api } from '../api/client.ts';
import { queries } from '../api/queries.ts';
import { useRefusal } from '../api/use-scope.ts';
import { paths } from '../app/paths.ts';
import { formatBytes } from '../format/numbers.ts';
import { t } from '../i18n/index.ts';
import { Button, type ButtonKind } from '../ui/button.tsx';
import { sayFailed } from './toasts.tsx';

/** Uploads a CSV file of links and leads to its preview; nothing is written before that is started there. */
function useCsvUpload() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: (file: File) => {
      if (file.size > LIMITS.uploadBytesMax) {
        throw new Error(t('imports.upload.tooLarge', { name: file.name, max: formatBytes(LIMITS.uploadBytesMax) }));
      }
      return api.imports.upload(file, { fileName: file.name });
    },
    onSuccess: (job) => {
      queryClient.setQueryData(queries.import(job.id).queryKey, job);
      void queryClient.invalidateQueries({ queryKey: queries.imports().queryKey });
      void navigate(paths.importJob(job.id));
    },
    onError: sayFailed,
  });
}

/** Chooses a file and uploads it. */
export function ImportButton({ kind = 'plain' }: { kind?: ButtonKind }) {
  const input = useRef<HTMLInputElement>(null);
  const upload = useCsvUpload();
  const refusal = useRefusal('write');
  return (
    <>
      <Button
        kind={kind}
        icon={<FileUp aria-hidden className="size-4" />}
        loading={upload.isPending}
        disabledReason={refusal}
        onClick={() => input.current?.click()}
      >
        {t('links.import')}
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        aria-label={t('imports.upload.file')}
        tabIndex={-1}
        className="sr-only"
        onChange={(event) => {
          const [file] = event.target.files ?? [];
          event.target.value = '';
          if (file) upload.mutate(file);
        }}
      />
    </>
  );
}

/** Takes a CSV file that is dropped anywhere on the page. */
export function CsvDropZone() {
  const upload = useCsvUpload();
  const refusal = useRefusal('write');
  const [over, setOver] = useState(false);
  const onDrag = useEffectEvent((event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    // Without this the browser would leave the page for the file.
    event.preventDefault();
    if (event.type === 'dragover') setOver(true);
    if (event.type === 'dragleave' && event.relatedTarget === null) setOver(false);
    if (event.type !== 'drop') return;
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file === undefined || upload.isPending) return;
    if (refusal !== null) sayFailed(new Error(refusal));
    else if (isCsv(file)) upload.mutate(file);
    else sayFailed(new Error(t('imports.upload.notCsv', { name: file.name })));
  });
  useEffect(() => {
    const stop = new AbortController();
    for (const type of ['dragover', 'dragleave', 'drop'] as const) {
      window.addEventListener(type, (event) => onDrag(event), { signal: stop.signal });
    }
    return () => stop.abort();
  }, []);
  if (!over && !upload.isPending) return null;
  return (
    <div
      role="status"
      className="pointer-events-none fixed inset-3 z-40 flex items-center justify-center rounded-2xl border-2 border-dashed border-accent bg-ground/85"
    >
      <p className="flex items-center gap-2.5 rounded-xl bg-raised px-5 py-3 font-medium shadow-raised">
        <FileUp aria-hidden className="size-5 text-accent" />
        {upload.isPending ? t('imports.upload.uploading', { name: upload.variables.name }) : t('imports.upload.drop')}
      </p>
    </div>
  );
}

function isCsv({ name, type }: File): boolean {
  return /\.(csv|txt)$/i.test(name) || type.startsWith('text/');
}
