import { t } from '../i18n/index.ts';
import { currentShortcuts } from '../keyboard/shortcuts.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Kbd } from '../ui/kbd.tsx';
import { Switch } from '../ui/switch.tsx';
import { setPreferences, usePreferences } from './preferences.ts';

/** Every key that acts on this page, by group, and the switch that turns single keys off. */
export function ShortcutList({ onClose }: { onClose(): void }) {
  const { singleKeys } = usePreferences();
  const groups = Object.entries(Object.groupBy(currentShortcuts(), ({ group }) => group));
  return (
    <Dialog open onOpenChange={onClose} title={t('shell.shortcuts.title')} width="wide">
      <div className="columns-1 gap-8 sm:columns-2">
        {groups.map(([group, shortcuts = []]) => (
          <section key={group} className="mb-5 break-inside-avoid">
            <h3 className="mb-1.5 text-sm font-semibold">{group}</h3>
            <dl>
              {shortcuts.map(({ keys, label }) => (
                <div key={keys} className="flex items-center justify-between gap-4 py-1 text-sm">
                  <dt>{label}</dt>
                  <dd>
                    <span className="sr-only">{keys}</span>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <Switch
        label={t('shell.shortcuts.singleKeys')}
        hint={t('shell.shortcuts.singleKeysHint')}
        checked={singleKeys}
        onChange={(checked) => setPreferences({ singleKeys: checked })}
      />
    </Dialog>
  );
}
