import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, TriangleAlert } from 'lucide-react';
import { QueryView } from '../../components/query-view.tsx';
import { t } from '../../i18n/index.ts';
import { Badge } from '../../ui/badge.tsx';
import { Card } from '../../ui/card.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { checkName, checkState, isWell } from './check-words.ts';
import { checksQuery, type Ready } from './checks-query.ts';

/** What the server says of itself without the database, by role. */
export function ChecksCard({ roles }: { roles: readonly string[] }) {
  const checks = useQuery(checksQuery(roles));
  return (
    <Card title={t('system.checks.title')} actions={<span className="text-xs text-muted">/ready</span>}>
      <QueryView query={checks} skeleton={<Skeleton className="h-32" />} empty={null}>
        {(answers) => (
          <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
            {answers.map((answer) => (
              <RoleChecks key={answer.role} answer={answer} />
            ))}
          </div>
        )}
      </QueryView>
    </Card>
  );
}

function RoleChecks({ answer: { role, isReady, checks } }: { answer: Ready }) {
  const states = Object.entries(checks);
  const isDegraded = isReady && states.some(([, state]) => !isWell(state));
  return (
    <section className="rounded-lg bg-sunken/60 px-3 py-2.5">
      <div className="mb-1 flex items-center justify-between gap-2">
        <h3 className="text-sm font-semibold">{roleName(role)}</h3>
        <Badge tone={isDegraded ? 'warn' : isReady ? 'good' : 'danger'}>
          {t(isDegraded ? 'system.checks.degraded' : isReady ? 'system.checks.ready' : 'system.checks.notReady')}
        </Badge>
      </div>
      <ul className="text-sm">
        {states.map(([check, state]) => (
          <li key={check} className="flex items-center gap-2 py-0.5 [&_svg]:size-4 [&_svg]:shrink-0">
            {isWell(state) ? (
              <CircleCheck aria-hidden className="text-good" />
            ) : state === 'unknown' || isReady ? (
              <TriangleAlert aria-hidden className="text-warn" />
            ) : (
              <CircleX aria-hidden className="text-danger" />
            )}
            <span>{checkName(check)}</span>
            <span className="ml-auto text-muted">{checkState(state)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a role is called; '' is the server as a whole. */
export function roleName(role: string): string {
  switch (role) {
    case 'edge':
    case 'api':
    case 'worker':
      return t(`system.roles.${role}`);
    default:
      return role === '' ? t('system.roles.server') : role;
  }
}
