import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { api } from '../../api/client.ts';
import { errorText } from '../../api/error-text.ts';
import { queries } from '../../api/queries.ts';
import { t } from '../../i18n/index.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { TextField } from '../../ui/field.tsx';

const COMMAND = 'npx waymark login';

/** Opens a session: by the one-time link that led here, or by an API key. */
export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  const router = useRouter();
  const queryClient = useQueryClient();
  const [token, setToken] = useState(() => location.hash.slice(1));
  const [apiKey, setApiKey] = useState('');
  const signIn = useMutation({
    mutationFn: api.session.signIn,
    onSuccess: (session) => {
      queryClient.clear();
      queryClient.setQueryData(queries.session().queryKey, session);
      // Below /app whatever `next` says: a link from elsewhere must not lead away after signing in.
      router.history.push(`/app${next?.startsWith('/') ? next : '/'}`);
    },
  });
  useEffect(() => {
    document.title = `${t('signIn.title')} · Waymark`;
    // The token is not to stay in the address, where it would be shown and kept.
    if (location.hash !== '') history.replaceState(history.state, '', location.pathname + location.search);
  }, []);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (apiKey.trim() !== '') signIn.mutate({ apiKey: apiKey.trim() });
  };
  const byLink = token !== '';
  return (
    <main className="mx-auto flex min-h-dvh max-w-md flex-col justify-center gap-5 px-5 py-10">
      <h1 className="text-2xl font-semibold">{byLink ? t('signIn.byLinkTitle') : t('signIn.title')}</h1>
      {byLink ? (
        <div className="flex flex-col items-start gap-3 rounded-xl border border-line bg-surface p-5">
          <p>{t('signIn.byLinkText')}</p>
          <Button
            kind="primary"
            loading={signIn.isPending}
            onClick={() => signIn.mutate({ token }, { onError: () => setToken('') })}
          >
            {t('signIn.byLink')}
          </Button>
        </div>
      ) : (
        <form onSubmit={submit} className="flex flex-col gap-4 rounded-xl border border-line bg-surface p-5">
          {signIn.isError && (
            <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
              {signIn.variables && 'token' in signIn.variables ? t('signIn.linkFailed') : errorText(signIn.error).text}
            </p>
          )}
          <TextField
            label={t('signIn.key')}
            hint={t('signIn.keyHint')}
            type="password"
            autoComplete="current-password"
            required
            value={apiKey}
            onChange={(event) => setApiKey(event.target.value)}
          />
          <Button type="submit" kind="primary" loading={signIn.isPending}>
            {t('signIn.submit')}
          </Button>
        </form>
      )}
      <section className="text-sm text-muted">
        <h2 className="font-medium text-text">{t('signIn.howTitle')}</h2>
        <p>{t('signIn.how')}</p>
        <p className="mt-1.5 flex items-center justify-between rounded-md border border-line bg-sunken py-1 pr-1 pl-3">
          <code className="font-mono text-text">{COMMAND}</code>
          <CopyButton text={COMMAND} label={t('common.copyNamed', { what: COMMAND })} />
        </p>
      </section>
    </main>
  );
}
