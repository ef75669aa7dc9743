import { useNavigate } from '@tanstack/react-router';
import type { Link } from '@waymark/contract/v1/links';
import { CopyPlus, Ellipsis, ExternalLink, Pencil, Power, QrCode, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useRefusal } from '../../api/use-scope.ts';
import { paths } from '../../app/paths.ts';
import { preferences } from '../../app/preferences.ts';
import { keepDraft } from '../../forms/draft-store.ts';
import { draftOf } from '../../forms/link-draft.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem, MenuLine, MenuNote } from '../../ui/menu.tsx';
import { useLinkChanges } from '../links/use-link-changes.ts';

/** What can be done with a link, by buttons, menu and keys. */
export function LinkActions({ link, onEdit, onShowQr }: { link: Link; onEdit(): void; onShowQr(): void }) {
  const navigate = useNavigate();
  const notAllowed = useRefusal('write');
  const enabled = notAllowed === null;
  const changes = useLinkChanges();
  const [isDeleting, setDeleting] = useState(false);
  const group = t('link.keys.group');
  const duplicate = () => {
    keepDraft({ ...draftOf(link, preferences().timeZone), code: '' }, link.code);
    void navigate(paths.newLink());
  };
  const toggle = () => void changes.change([link], { active: !link.active });
  const remove = async () => {
    setDeleting(true);
    const isGone = await changes.remove([link]);
    setDeleting(false);
    if (isGone) await navigate({ to: paths.links() });
  };
  useShortcut({ keys: 'e', label: t('link.edit'), group, enabled }, onEdit);
  useShortcut({ keys: 'a', label: t('link.keys.active'), group, enabled }, toggle);
  useShortcut({ keys: 'd', label: t('link.duplicate'), group, enabled }, duplicate);
  useShortcut({ keys: 'Delete', label: t('link.delete'), group, enabled }, () => void remove());

  return (
    <>
      <Button icon={<Power aria-hidden className="size-4" />} disabledReason={notAllowed} onClick={toggle}>
        {link.active ? t('link.deactivate') : t('link.activate')}
      </Button>
      <Button
        kind="primary"
        icon={<Pencil aria-hidden className="size-4" />}
        disabledReason={notAllowed}
        onClick={onEdit}
      >
        {t('link.edit')}
      </Button>
      <Menu
        trigger={
          <IconButton kind="plain" label={t('common.more')} icon={<Ellipsis aria-hidden />} loading={isDeleting} />
        }
      >
        <MenuItem
          icon={<ExternalLink aria-hidden />}
          keys="o"
          onSelect={() => window.open(link.url, '_blank', 'noopener')}
        >
          {t('link.keys.open')}
        </MenuItem>
        <MenuItem icon={<QrCode aria-hidden />} keys="q" onSelect={onShowQr}>
          {t('link.keys.qr')}
        </MenuItem>
        <MenuItem icon={<CopyPlus aria-hidden />} keys="d" disabledReason={notAllowed} onSelect={duplicate}>
          {t('link.duplicate')}
        </MenuItem>
        <MenuLine />
        <MenuItem
          icon={<Trash2 aria-hidden />}
          keys="Delete"
          danger
          disabledReason={notAllowed}
          onSelect={() => void remove()}
        >
          {t('link.delete')}
        </MenuItem>
        {notAllowed !== null && <MenuNote>{notAllowed}</MenuNote>}
      </Menu>
    </>
  );
}
