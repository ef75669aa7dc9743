import { ChevronDown, Ellipsis } from 'lucide-react';
import { usePreferences } from '../../app/preferences.ts';
import { follow } from '../../components/download.ts';
import { LinkPicker } from '../../components/link-picker.tsx';
import { sayDone, sayFailed } from '../../components/toasts.tsx';
import { qualityName } from '../../format/values.ts';
import { t } from '../../i18n/index.ts';
import { useShortcut } from '../../keyboard/shortcuts.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-button.tsx';
import { Menu, MenuCheck, MenuChoice, MenuHeading, MenuItem, MenuLine } from '../../ui/menu.tsx';
import { COUNTED } from './analytics-search.ts';
import { FilterMenu } from './filter-menu.tsx';
import { PeriodMenu } from './period-menu.tsx';
import type { View } from './use-analytics.ts';

/** What is looked at. It stays in sight where there is room for that. */
export function Toolbar({ view, canPickLink }: { view: View; canPickLink: boolean }) {
  const { search, change } = view;
  const toggleCompare = () => change({ compare: search.compare === undefined ? '1' : undefined });
  useShortcut({ keys: 'x', label: t('analytics.compare'), group: t('analytics.keys.title') }, toggleCompare);
  return (
    <div className="top-13 z-20 -mx-4 flex flex-wrap items-center gap-2 border-b border-line bg-ground px-4 py-2 sm:sticky sm:-mx-6 sm:px-6 lg:top-0">
      {canPickLink && <LinkPicker link={view.link} onPick={(link) => view.change({ link: link ?? undefined })} />}
      <PeriodMenu view={view} />
      <FilterMenu view={view} />
      <Menu
        align="start"
        trigger={
          <Button size="small">
            {qualityName(search.quality ?? 'human')}
            <ChevronDown aria-hidden className="size-4" />
          </Button>
        }
      >
        <MenuHeading>{t('analytics.whichClicks')}</MenuHeading>
        <MenuChoice
          value={search.quality ?? 'human'}
          onChange={(quality) => change({ quality: quality === 'human' ? undefined : quality })}
          choices={COUNTED.map((value) => ({ value, label: qualityName(value) }))}
        />
      </Menu>
      <Menu trigger={<IconButton size="small" kind="plain" label={t('common.more')} icon={<Ellipsis aria-hidden />} />}>
        <MenuCheck checked={search.compare !== undefined} onChange={toggleCompare}>
          {t('analytics.compare')}
        </MenuCheck>
        <MenuLine />
        <TimeZones view={view} />
        <MenuLine />
        <MenuItem
          onSelect={() => void copyText(location.href).then(() => sayDone(t('analytics.addressCopied')), sayFailed)}
        >
          {t('analytics.copyAddress')}
        </MenuItem>
        <MenuItem onSelect={() => follow(exportAddress(view, 'csv'))}>{t('analytics.exportCsv')}</MenuItem>
        <MenuItem onSelect={() => follow(exportAddress(view, 'json'))}>{t('analytics.exportJson')}</MenuItem>
      </Menu>
    </div>
  );
}

function TimeZones({ view: { tz, change } }: { view: View }) {
  const { timeZone } = usePreferences();
  const zones = [...new Set([timeZone, 'UTC', tz])];
  return (
    <>
      <MenuHeading>{t('analytics.timeZone')}</MenuHeading>
      <MenuChoice
        value={tz}
        onChange={(zone) => change({ tz: zone === timeZone ? undefined : zone })}
        choices={zones.map((value) => ({ value, label: value.replaceAll('_', ' ') }))}
      />
    </>
  );
}

/** The clicks themselves that are counted here, as a download. */
function exportAddress({ question: { filter = [], ...range } }: View, format: 'csv' | 'json'): string {
  const params = new URLSearchParams({ ...(range as Record<string, string>), format });
  for (const each of filter) params.append('filter', each);
  return `/api/v1/analytics/export?${params}`;
}
