import { page } from '../../http/page.ts';

/** For whoever runs this server: what is missing, and the command that makes it. */
export const NOT_BUILT_PAGE = page({
  language: 'en',
  title: 'The dashboard has not been built',
  body: `<h1>The dashboard has not been built</h1>
<p>Links, redirects and the <a href="/api/docs">API</a> work without it.</p>
<p>To build it, run this in the checkout and restart the server:</p>
<p><code>npm run build</code></p>
<p class="soft">If the server was started by <code>npm start</code>, its first lines say why the build failed.</p>`,
});
