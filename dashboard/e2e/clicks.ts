const PHONE_AGENT =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1';
let visitors = 0;

/**
 * Clicks a short link as a browser does, each time as another person.
 * `from`: address as a trusted proxy tells it. Errors: throws where the answer is no redirect.
 */
export async function clickAs(
  baseUrl: string,
  code: string,
  { userAgent = PHONE_AGENT, from = '' }: { userAgent?: string; from?: string } = {},
): Promise<void> {
  visitors += 1;
  const answer = await fetch(`${baseUrl}/${code}`, {
    redirect: 'manual',
    headers: {
      'User-Agent': userAgent,
      'Accept-Language': 'de-DE,de;q=0.9',
      'X-Forwarded-For': from === '' ? `91.12.${Math.floor(visitors / 250)}.${(visitors % 250) + 2}` : from,
    },
  });
  if (answer.status < 300 || answer.status > 399) throw new Error(`/${code} was answered ${answer.status}`);
}
