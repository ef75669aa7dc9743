import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type KeyboardEvent, useRef, useState } from 'react';
import { errorText, fieldError } from '../api/error-text.ts';
import { t } from '../i18n/index.ts';
import { useShortcut } from '../keyboard/shortcuts.ts';
import { Button } from '../ui/button.tsx';
import { ConfirmDialog } from '../ui/confirm-dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Switch } from '../ui/switch.tsx';
import { AliasField } from './alias-field.tsx';
import { DestinationField } from './destination-field.tsx';
import { destinationProblem } from './destination-problem.ts';
import { ExpiryField } from './expiry-field.tsx';
import { expiresAtOf, type LinkDraft } from './link-draft.ts';
import { RedirectField } from './redirect-field.tsx';
import { UtmBuilder } from './utm-builder.tsx';

export interface LinkFormProps {
  draft: LinkDraft;
  onChange(draft: LinkDraft): void;
  /** `edit`: the code stays as it is. */
  mode: 'create' | 'edit';
  /** What the short URL begins with: `https://go.example.com/`. */
  shortBase: string;
  /** Whether leaving would lose something. */
  isChanged: boolean;
  /** Why the session may not save it; null where it may. */
  notAllowed: string | null;
  /** Sends it. What it rejects with is shown, beside its fields where the server names them. */
  save(draft: LinkDraft): Promise<void>;
  onLeave(): void;
}

/** A link's form, for a new one and for one that is there. */
export function LinkForm({ draft, onChange, mode, shortBase, isChanged, notAllowed, save, onLeave }: LinkFormProps) {
  const form = useRef<HTMLFormElement>(null);
  const [isAsking, setAsking] = useState(false);
  const [isTried, setTried] = useState(false);
  const saving = useMutation({ mutationFn: save, onError: () => focusFirstWrong(form.current) });
  const set = (part: Partial<LinkDraft>) => onChange({ ...draft, ...part });
  const offReason = notAllowed ?? (mode === 'edit' && !isChanged ? t('link.form.unchanged') : null);
  const submit = () => {
    if (saving.isPending || offReason !== null) return;
    setTried(true);
    // What is known to be refused is marked already; the server says it of the rest.
    const isWrong = isUrlMissing || isExpiryIncomplete || form.current?.querySelector('[aria-invalid="true"]');
    if (isWrong) focusFirstWrong(form.current);
    else saving.mutate(draft);
  };
  const leave = () => (isChanged ? setAsking(true) : onLeave());
  const group = t('link.form.keys');
  useShortcut({ keys: 'mod+s', label: t('common.save'), group }, submit);
  useShortcut({ keys: 'mod+Enter', label: t('common.save'), group }, submit);

  const isUrlMissing = draft.url.trim() === '';
  const isExpiryIncomplete = draft.expiry !== null && expiresAtOf(draft.expiry) === null;
  /** What the server said of a field, while what it was said of still stands there. */
  const refusal = (field: string, isSame: (sent: LinkDraft) => boolean) =>
    saving.isError && isSame(saving.variables) ? fieldError(saving.error, field) : null;
  const urlRefusal = refusal('url', (sent) => sent.url === draft.url);
  const codeRefusal = refusal('code', (sent) => sent.code === draft.code);
  const titleRefusal = refusal('title', (sent) => sent.title === draft.title);
  const expiryRefusal = refusal('expiresAt', (sent) => sent.expiry === draft.expiry);
  const redirectRefusal = refusal('redirectStatus', (sent) => sent.redirectStatus === draft.redirectStatus);

  return (
    <form
      ref={form}
      noValidate
      aria-label={mode === 'create' ? t('link.form.createName') : t('link.form.editName')}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submit();
      }}
      onKeyDown={(event: KeyboardEvent) => {
        if (event.key === 'Escape' && !event.defaultPrevented) leave();
      }}
      className="flex flex-col gap-5"
    >
      {saving.isError && <FormError error={saving.error} />}
      <div className="flex flex-col gap-2">
        <DestinationField
          value={draft.url}
          onChange={(url) => set({ url })}
          error={isTried && isUrlMissing ? t('link.form.url.missing') : urlRefusal && destinationProblem(urlRefusal)}
          isFirst={mode === 'create' || draft.url === ''}
        />
        <UtmBuilder url={draft.url} onChange={(url) => set({ url })} />
      </div>
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <AliasField
          value={draft.code}
          onChange={(code) => set({ code })}
          shortBase={shortBase}
          isFixed={mode === 'edit'}
          error={codeRefusal && t('link.form.code.code_taken')}
        />
        <TextField
          label={t('link.form.title.label')}
          note={t('common.optional')}
          hint={t('link.form.title.hint')}
          value={draft.title}
          error={titleRefusal}
          onChange={(event) => set({ title: event.target.value })}
        />
      </div>
      <ExpiryField
        value={draft.expiry}
        onChange={(expiry) => set({ expiry })}
        error={isTried && isExpiryIncomplete ? t('link.form.expiry.incomplete') : expiryRefusal}
      />
      <div className="grid items-start gap-5 sm:grid-cols-2">
        <RedirectField
          value={draft.redirectStatus}
          onChange={(redirectStatus) => set({ redirectStatus })}
          error={redirectRefusal}
        />
        <div className="sm:pt-6">
          <Switch
            label={t('link.form.active.label')}
            hint={draft.active ? t('link.form.active.on') : t('link.form.active.off')}
            checked={draft.active}
            onChange={(active) => set({ active })}
          />
        </div>
      </div>
      <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line pt-4">
        <span className="mr-auto hidden items-center gap-1.5 text-sm text-muted sm:flex">
          <Kbd keys="mod+Enter" /> {t('link.form.saves')} <Kbd keys="Esc" /> {t('link.form.leaves')}
        </span>
        <Button onClick={leave}>{t('common.cancel')}</Button>
        <Button type="submit" kind="primary" loading={saving.isPending} disabledReason={offReason}>
          {mode === 'create' ? t('link.form.create') : t('common.save')}
        </Button>
      </div>
      <ConfirmDialog
        open={isAsking}
        onOpenChange={setAsking}
        title={t('link.form.leave.title')}
        text={t('link.form.leave.text')}
        action={t('link.form.leave.action')}
        onConfirm={onLeave}
      />
    </form>
  );
}

function FormError({ error }: { error: unknown }) {
  const { text, requestId } = errorText(error);
  const isOfFields = ['url', 'code', 'title', 'expiresAt', 'redirectStatus'].some((field) => fieldError(error, field));
  return (
    <div role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
      <p>{isOfFields ? t('errors.fields') : text}</p>
      {requestId !== null && <p className="font-mono text-xs">{t('common.requestId', { id: requestId })}</p>}
    </div>
  );
}

/** Once the marks are drawn. */
function focusFirstWrong(form: HTMLFormElement | null): void {
  requestAnimationFrame(() => form?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
}
