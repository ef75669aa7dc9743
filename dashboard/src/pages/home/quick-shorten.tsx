import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link as RouterLink } from '@tanstack/react-router';
import { Scissors } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText, fieldError } from '../../api/error-text.ts';
import { paths } from '../../app/paths.ts';
import { createAttempts } from '../../forms/attempt-key.ts';
import { t } from '../../i18n/index.ts';
import { Button, buttonClass } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { TextField } from '../../ui/field.tsx';

/** An address in, a short link out, without leaving the page. */
export function QuickShorten() {
  const [url, setUrl] = useState('');
  const [attempts] = useState(createAttempts);
  const queryClient = useQueryClient();
  const create = useMutation({
    mutationFn: (link: { url: string }) => api.links.create(link, { idempotencyKey: attempts.keyFor(link) }),
    onSuccess: () => {
      attempts.done();
      setUrl('');
      void queryClient.invalidateQueries({ queryKey: ['links'] });
    },
  });
  const address = withScheme(url.trim());
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (address !== '') create.mutate({ url: address });
  };
  const error = create.error === null ? null : (fieldError(create.error, 'url') ?? errorText(create.error).text);
  return (
    <section aria-label={t('home.shorten.title')} className="rounded-xl border border-line bg-surface p-4">
      <form onSubmit={submit} className="flex flex-wrap items-start gap-2">
        <TextField
          label={t('home.shorten.label')}
          hideLabel
          className="min-w-56 flex-1"
          inputMode="url"
          placeholder={t('home.shorten.placeholder')}
          value={url}
          onChange={({ target }) => {
            setUrl(target.value);
            if (create.isError) create.reset();
          }}
          error={error}
        />
        <div className="flex flex-wrap gap-2">
          <Button
            type="submit"
            kind="primary"
            icon={<Scissors aria-hidden className="size-4" />}
            loading={create.isPending}
            disabledReason={address === '' ? t('home.shorten.empty') : null}
          >
            {t('home.shorten.action')}
          </Button>
          <RouterLink {...paths.newLink(address === '' ? undefined : address)} className={buttonClass('plain')}>
            {t('home.shorten.options')}
          </RouterLink>
        </div>
      </form>
      <div role="status">
        {create.data && (
          <p className="mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 rounded-md bg-accent-soft px-3 py-2 text-sm">
            <a
              href={create.data.shortUrl}
              target="_blank"
              rel="noreferrer"
              className="min-w-0 font-medium wrap-anywhere underline"
            >
              {create.data.shortUrl}
            </a>
            <CopyButton text={create.data.shortUrl} label={t('home.shorten.copy')} />
            <span className="min-w-0 flex-1 truncate text-muted">{create.data.url}</span>
            <RouterLink {...paths.link(create.data.id)} className="underline">
              {t('home.shorten.open')}
            </RouterLink>
          </p>
        )}
      </div>
    </section>
  );
}

/** People leave out the scheme; an address needs one. */
function withScheme(text: string): string {
  return text === '' || /^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`;
}
