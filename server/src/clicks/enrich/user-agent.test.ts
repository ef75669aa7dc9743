import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { BOTS, MONITORS, PREVIEWS } from './agent-tables.ts';
import { readUserAgent } from './user-agent.ts';

const people: [device: string, browser: string, os: string, userAgent: string][] = [
  [
    'desktop',
    'Chrome',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'desktop',
    'Chrome',
    'macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'desktop',
    'Chrome',
    'Linux',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'desktop',
    'Chrome',
    'ChromeOS',
    'Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'desktop',
    'Safari',
    'macOS',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  ],
  ['desktop', 'Firefox', 'Windows', 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0'],
  ['desktop', 'Firefox', 'Linux', 'Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0'],
  [
    'desktop',
    'Edge',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.2592.87',
  ],
  [
    'desktop',
    'Opera',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/125.0.0.0 Safari/537.36 OPR/111.0.0.0',
  ],
  [
    'desktop',
    'Vivaldi',
    'Linux',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36 Vivaldi/6.7.3329.31',
  ],
  [
    'desktop',
    'Yandex Browser',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/122.0.0.0 YaBrowser/24.4.0.0 Safari/537.36',
  ],
  ['desktop', 'Internet Explorer', 'Windows', 'Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko'],
  [
    'desktop',
    'Whale',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Whale/3.26.244.21 Safari/537.36',
  ],
  [
    'mobile',
    'Safari',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
  ],
  [
    'mobile',
    'Chrome',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.6478.54 Mobile/15E148 Safari/604.1',
  ],
  [
    'mobile',
    'Firefox',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 14_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/127.0 Mobile/15E148 Safari/605.1.15',
  ],
  [
    'mobile',
    'Chrome',
    'Android',
    'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36',
  ],
  [
    'mobile',
    'Chrome',
    'Android',
    'Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/103.0.0.0 Mobile Safari/537.36',
  ],
  [
    'mobile',
    'Samsung Internet',
    'Android',
    'Mozilla/5.0 (Linux; Android 13; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36',
  ],
  ['mobile', 'Firefox', 'Android', 'Mozilla/5.0 (Android 14; Mobile; rv:127.0) Gecko/127.0 Firefox/127.0'],
  [
    'mobile',
    'UC Browser',
    'Android',
    'Mozilla/5.0 (Linux; U; Android 9; en-US; RMX1811) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/78.0.3904.108 UCBrowser/13.4.0.1306 Mobile Safari/537.36',
  ],
  [
    'mobile',
    'DuckDuckGo',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15',
  ],
  [
    'mobile',
    'WeChat',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.42(0x18002a2f) NetType/WIFI Language/zh_CN',
  ],
  [
    'mobile',
    'Instagram',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F79 Instagram 336.0.8.24.87 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00; 1170x2532; 608667014)',
  ],
  [
    'mobile',
    'Facebook',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F79 [FBAN/FBIOS;FBAV/468.0.0.39.106;FBBV/610000000;FBDV/iPhone14,5;FBMD/iPhone;FBSN/iOS;FBSV/17.5;FBSS/3;FBLC/en_US;FBOP/80]',
  ],
  [
    'mobile',
    'Facebook',
    'Android',
    'Mozilla/5.0 (Linux; Android 13; SM-A536B Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/467.0.0.47.109;]',
  ],
  [
    'mobile',
    'Messenger',
    'Android',
    'Mozilla/5.0 (Linux; Android 13; SM-A536B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Mobile Safari/537.36 [FB_IAB/Orca-Android;FBAV/462.0.0.20.85;]',
  ],
  [
    'mobile',
    'TikTok',
    'Android',
    'Mozilla/5.0 (Linux; Android 12; SM-G991B; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/124.0.6367.179 Mobile Safari/537.36 trill_340503 BytedanceWebview/d8a21c6',
  ],
  [
    'mobile',
    'LinkedIn',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.29.6302',
  ],
  [
    'mobile',
    'Snapchat',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Snapchat/12.94.0.40 (like Safari/8618.2.12.10.9, panda)',
  ],
  [
    'mobile',
    'Pinterest',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [Pinterest/iOS]',
  ],
  [
    'mobile',
    'X',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F79 Twitter for iPhone/10.48',
  ],
  [
    'mobile',
    'Google app',
    'iOS',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/321.0.642804631 Mobile/15E148 Safari/604.1',
  ],
  [
    'tablet',
    'Safari',
    'iOS',
    'Mozilla/5.0 (iPad; CPU OS 15_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.6 Mobile/15E148 Safari/604.1',
  ],
  [
    'tablet',
    'Chrome',
    'Android',
    'Mozilla/5.0 (Linux; Android 12; SM-T870) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
  ],
  [
    'tablet',
    'Amazon Silk',
    'Android',
    'Mozilla/5.0 (Linux; Android 9; KFTRWI) AppleWebKit/537.36 (KHTML, like Gecko) Silk/122.1.1 like Chrome/122.0.6261.95 Safari/537.36',
  ],
  [
    'tv',
    'Samsung Internet',
    'Tizen',
    'Mozilla/5.0 (SMART-TV; LINUX; Tizen 6.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/2.1 Chrome/76.0.3809.146 TV Safari/537.36',
  ],
  [
    'tv',
    'Chrome',
    'Android',
    'Mozilla/5.0 (Linux; Android 10; BRAVIA 4K VH2 Build/QTG3.200305.006.S292; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/125.0.6422.165 Safari/537.36',
  ],
  [
    'tv',
    'Edge',
    'Windows',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; Xbox; Xbox One) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/90.0.4430.212 Safari/537.36 Edge/44.18363.8131',
  ],
];

const programs: [quality: string, reason: string, userAgent: string][] = [
  ['bot', 'user-agent:missing', ''],
  ['bot', 'user-agent:missing', '   '],
  ['bot', 'user-agent:googlebot', 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)'],
  [
    'bot',
    'user-agent:googlebot',
    'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.6478.61 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  ],
  [
    'bot',
    'user-agent:bingbot',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36',
  ],
  ['bot', 'user-agent:yandexbot', 'Mozilla/5.0 (compatible; YandexBot/3.0; +http://yandex.com/bots)'],
  [
    'bot',
    'user-agent:applebot',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.1.1 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)',
  ],
  [
    'bot',
    'user-agent:openai',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)',
  ],
  [
    'bot',
    'user-agent:anthropic',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0; +claudebot@anthropic.com)',
  ],
  ['bot', 'user-agent:ahrefs', 'Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)'],
  [
    'bot',
    'user-agent:headless',
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/126.0.0.0 Safari/537.36',
  ],
  ['bot', 'user-agent:http-library', 'curl/8.5.0'],
  ['bot', 'user-agent:http-library', 'Wget/1.21.4'],
  ['bot', 'user-agent:http-library', 'python-requests/2.32.3'],
  ['bot', 'user-agent:http-library', 'Python/3.12 aiohttp/3.9.5'],
  ['bot', 'user-agent:http-library', 'Go-http-client/2.0'],
  ['bot', 'user-agent:http-library', 'okhttp/4.12.0'],
  ['bot', 'user-agent:http-library', 'axios/1.7.2'],
  ['bot', 'user-agent:http-library', 'node'],
  ['bot', 'user-agent:http-library', 'Bun/1.4.5'],
  ['bot', 'user-agent:http-library', 'Java/17.0.11'],
  ['bot', 'user-agent:http-library', 'Apache-HttpClient/4.5.14 (Java/17.0.11)'],
  ['bot', 'user-agent:http-library', 'PostmanRuntime/7.39.0'],
  [
    'bot',
    'user-agent:http-library',
    'Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2506',
  ],
  ['bot', 'user-agent:http-library', 'Reader/12 CFNetwork/1496.0.7 Darwin/23.5.0'],
  ['bot', 'user-agent:crawler', 'Mozilla/5.0 (compatible; SomethingNewBot/1.0; +https://example.org/bot)'],
  ['preview', 'preview:slack', 'Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)'],
  ['preview', 'preview:facebook', 'facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)'],
  [
    'preview',
    'preview:imessage',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0',
  ],
  ['preview', 'preview:twitter', 'Twitterbot/1.0'],
  ['preview', 'preview:whatsapp', 'WhatsApp/2.23.20.0 A'],
  ['preview', 'preview:telegram', 'TelegramBot (like TwitterBot)'],
  ['preview', 'preview:discord', 'Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)'],
  [
    'preview',
    'preview:linkedin',
    'LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)',
  ],
  [
    'preview',
    'preview:skype',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5 skype-url-preview@microsoft.com',
  ],
  ['preview', 'preview:mastodon', 'Mastodon/4.3.0 (http.rb/5.2.0; +https://mastodon.example/) Bot'],
  ['preview', 'preview:mastodon', 'http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.example/) Bot'],
  ['preview', 'preview:bluesky', 'Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)'],
  [
    'preview',
    'preview:kakaotalk',
    'facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984',
  ],
  ['monitor', 'monitor:uptimerobot', 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)'],
  ['monitor', 'monitor:pingdom', 'Pingdom.com_bot_version_1.4_(http://www.pingdom.com/)'],
  [
    'monitor',
    'monitor:statuscake',
    'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/98.0 Safari/537.36 (StatusCake)',
  ],
  [
    'monitor',
    'monitor:betterstack',
    'Better Uptime Bot Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.163 Safari/537.36',
  ],
  ['monitor', 'monitor:site24x7', 'Site24x7'],
  ['monitor', 'monitor:prometheus', 'Blackbox Exporter/0.25.0'],
  ['monitor', 'monitor:kubernetes', 'kube-probe/1.30'],
  ['monitor', 'monitor:google-cloud', 'GoogleStackdriverMonitoring-UptimeChecks(https://cloud.google.com/monitoring)'],
  ['monitor', 'monitor:aws', 'ELB-HealthChecker/2.0'],
  ['monitor', 'monitor:uptime-kuma', 'Uptime-Kuma/1.23.13'],
  ['monitor', 'monitor:nagios', 'check_http/v2.3.3 (monitoring-plugins 2.3.3)'],
];

describe('a user agent of a person', () => {
  test.each(people)('is %s, %s on %s: %s', (device, browser, os, userAgent) => {
    expect(readUserAgent(userAgent)).toEqual({ device, browser, os, quality: 'human', reason: '' } as never);
  });
});

describe('a user agent of a program', () => {
  test.each(programs)('is %s because of %s: %s', (quality, reason, userAgent) => {
    const device = userAgent.trim() === '' ? '' : 'bot';
    expect(readUserAgent(userAgent)).toEqual({ device, browser: '', os: '', quality, reason } as never);
  });
});

test('an unknown program of a person is kept as other, without inventing names', () => {
  const agent = readUserAgent('Mozilla/5.0 (Fantasia OS; rv:1.9) Gecko Wonderbrowser/1.2.3 (custom build for me)');
  expect(agent).toMatchObject({ device: 'other', browser: '', os: '' });
});

test('table needles are lower case, as they are looked for in lower case', () => {
  for (const [needle] of [...MONITORS, ...PREVIEWS, ...BOTS]) expect(needle).toBe(needle.toLowerCase() as never);
});

test('no user agent brings a text of its own into the answer', () => {
  const words = [...people.map((row) => row[3]), ...programs.map((row) => row[2])];
  const names = new Set([
    '',
    ...[MONITORS, PREVIEWS, BOTS].flatMap((table) => table.map(([, name]) => name as string)),
  ]);
  const reasons = /^(?:(?:monitor|preview|user-agent):([a-z0-9-]+))?$/;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.tuple(fc.constantFrom(...words), fc.string()).map((pair) => pair.join(' ')),
      ),
      (text) => {
        const agent = readUserAgent(text);
        const name = reasons.exec(agent.reason)?.[1] ?? '';
        expect(names.has(name) || ['missing', 'http-library', 'crawler'].includes(name)).toBe(true);
        expect(agent.quality === 'human').toBe(agent.reason === '');
        expect(agent.browser.length + agent.os.length).toBeLessThan(64);
      },
    ),
    { numRuns: 1000 },
  );
});
