import type { Quality } from '@waymark/contract';
import { BROWSER_MAP, getParser, OS_MAP } from 'bowser';
import { isbot } from 'isbot';
import { BOTS, HTTP_LIBRARY, MONITORS, PREVIEWS, UNNAMED_BOT } from './agent-tables.ts';

/** `tv` is what is watched from a sofa, game consoles included; `other` a program of a person on nothing known. */
export type Device = 'desktop' | 'mobile' | 'tablet' | 'tv' | 'bot' | 'other' | '';

/** What a user agent says of itself. Texts are from closed sets; '' where not known. */
export interface Agent {
  device: Device;
  browser: string;
  os: string;
  quality: Extract<Quality, 'human' | 'bot' | 'preview' | 'monitor'>;
  /** '' for human. */
  reason: string;
}

/** Reads a user agent. Never throws; takes tens of microseconds, so callers remember the answer. */
export function readUserAgent(userAgent: string): Agent {
  if (userAgent.trim() === '') return automatic('bot', 'user-agent:missing', '');
  const lower = userAgent.toLowerCase();
  const monitor = firstMatch(MONITORS, lower);
  if (monitor !== undefined) return automatic('monitor', `monitor:${monitor}`);
  const preview = firstMatch(PREVIEWS, lower);
  if (preview !== undefined) return automatic('preview', `preview:${preview}`);
  const bot = firstMatch(BOTS, lower);
  if (bot !== undefined) return automatic('bot', `user-agent:${bot}`);
  if (HTTP_LIBRARY.test(userAgent)) return automatic('bot', 'user-agent:http-library');
  if (isbot(userAgent) && !SOGOU_BROWSER.test(userAgent)) return automatic('bot', `user-agent:${UNNAMED_BOT}`);
  return person(userAgent);
}

/** A browser of people that isbot takes for the search engine's spider. */
const SOGOU_BROWSER = /sogoumobilebrowser/i;

function automatic(quality: Agent['quality'], reason: string, device: Device = 'bot'): Agent {
  return { device, browser: '', os: '', quality, reason };
}

function firstMatch(table: readonly (readonly [string, string])[], lower: string): string | undefined {
  for (const [needle, name] of table) if (lower.includes(needle)) return name;
  return undefined;
}

/** Apps that show pages themselves and that the parser takes for the system's browser. */
const APPS: readonly (readonly [RegExp, string])[] = [
  [/FBAN\/Messenger|FB_IAB\/(?:Messenger|Orca)/i, 'Messenger'],
  [/Instagram \d/, 'Instagram'],
  [/Barcelona \d/, 'Threads'],
  [/\bFBA[NV]\/|FB_IAB\//, 'Facebook'],
  [/musical_ly|BytedanceWebview|TikTok|\btrill_/i, 'TikTok'],
  [/LinkedInApp/, 'LinkedIn'],
  [/Twitter for |TwitterAndroid/, 'X'],
  [/Snapchat[/ ]/, 'Snapchat'],
  [/\[Pinterest\/|Pinterest for /, 'Pinterest'],
  [/\bLine\/\d/, 'LINE'],
  [/KAKAOTALK/, 'KakaoTalk'],
  [/Telegram-Android|Telegram-iOS/, 'Telegram'],
  [/\bGSA\//, 'Google app'],
  [/\b(?:DuckDuckGo|Ddg)\/\d/, 'DuckDuckGo'],
];

/** Where the parser's name is not the one that people know. */
const BROWSER_NAMES: Readonly<Record<string, string>> = {
  'Microsoft Edge': 'Edge',
  'Samsung Internet for Android': 'Samsung Internet',
  'NAVER Whale Browser': 'Whale',
  'Google Search': 'Google app',
};
const OS_NAMES: Readonly<Record<string, string>> = {
  'Chrome OS': 'ChromeOS',
  WebOS: 'webOS',
  'PlayStation 4': 'PlayStation',
};

/** The parser makes a name out of unknown user agents; only names of its own table are taken. */
const KNOWN_BROWSERS = new Set(Object.values(BROWSER_MAP));
const KNOWN_SYSTEMS = new Set(Object.values(OS_MAP));

const TV =
  /smart-?tv|android ?tv|google ?tv|apple ?tv|hbbtv|netcast|web0s|bravia|\baft[a-z]{1,4}\b|crkey|roku|viera|\bdtv\b|xbox|playstation|nintendo/i;

function person(userAgent: string): Agent {
  const parser = getParser(userAgent, true);
  const browser = parser.getBrowserName();
  const os = parser.getOSName();
  return {
    device: deviceOf(userAgent, parser.getPlatformType(true), os),
    browser: APPS.find(([pattern]) => pattern.test(userAgent))?.[1] ?? known(browser, KNOWN_BROWSERS, BROWSER_NAMES),
    os: /playstation/i.test(userAgent) ? 'PlayStation' : known(os, KNOWN_SYSTEMS, OS_NAMES),
    quality: 'human',
    reason: '',
  };
}

function deviceOf(userAgent: string, platform: string, os: string): Device {
  if (TV.test(userAgent)) return 'tv';
  if (platform === 'desktop' || platform === 'mobile' || platform === 'tablet' || platform === 'tv') return platform;
  return os === 'Chrome OS' ? 'desktop' : 'other';
}

function known(name: string, names: ReadonlySet<string>, spelling: Readonly<Record<string, string>>): string {
  return names.has(name) ? (spelling[name] ?? name) : '';
}
