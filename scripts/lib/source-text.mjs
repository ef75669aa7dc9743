/**
 * Splits TypeScript into what is code and what is text. Shape: `code` is as long as the source, with comments and the
 * insides of strings blanked; `strings` holds each string's text (a template's without its `${}`) and where it starts.
 */
export function splitSource(source) {
  const code = source.split('');
  const strings = [];
  const blank = (from, to) => {
    for (let i = from; i < to; i++) if (code[i] !== '\n') code[i] = ' ';
  };
  // One entry for each template that is open: how deep the braces of its `${}` are.
  const templates = [];
  let at = 0;
  const readTemplate = (start) => {
    const from = at;
    while (at < source.length && source[at] !== '`' && !source.startsWith('${', at)) at += source[at] === '\\' ? 2 : 1;
    strings.push({ text: source.slice(from, at), at: start });
    blank(from, at);
    if (source[at] === '`') at++;
    else if (at < source.length) {
      at += 2;
      templates.push(0);
    }
  };
  while (at < source.length) {
    const two = source.slice(at, at + 2);
    const one = source[at];
    if (two === '//' || two === '/*') {
      const end = two === '//' ? source.indexOf('\n', at) : source.indexOf('*/', at + 2) + 2;
      const stop = end < at + 1 ? source.length : end;
      blank(at, stop);
      at = stop;
    } else if (one === "'" || one === '"') {
      const from = at + 1;
      for (at = from; at < source.length && source[at] !== one && source[at] !== '\n'; )
        at += source[at] === '\\' ? 2 : 1;
      strings.push({ text: source.slice(from, at), at: from });
      blank(from, at);
      at++;
    } else if (one === '`') {
      at++;
      readTemplate(at);
    } else if (one === '/' && startsRegex(code, at)) {
      const from = at;
      at = endOfRegex(source, at);
      blank(from + 1, at);
    } else {
      if (templates.length > 0 && one === '{') templates[templates.length - 1]++;
      if (templates.length > 0 && one === '}' && templates[templates.length - 1]-- === 0) {
        templates.pop();
        at++;
        readTemplate(at);
        continue;
      }
      at++;
    }
  }
  return { code: code.join(''), strings };
}

/** A slash after an operator, an opening bracket or a keyword starts a regular expression; after a value it divides. */
function startsRegex(code, at) {
  const before = code
    .slice(Math.max(0, at - 40), at)
    .join('')
    .trimEnd();
  return (
    before === '' ||
    /[=(,:[!&|?{};+\-*%<>~^]$/.test(before) ||
    /\b(return|typeof|case|in|of|void|await|yield)$/.test(before)
  );
}

function endOfRegex(source, start) {
  let inClass = false;
  for (let at = start + 1; at < source.length && source[at] !== '\n'; at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
    else if (source[at] === '/' && !inClass) return at + 1;
  }
  return start + 1;
}
