/** The pages in Spanish: chosen by the browser or on the page, with no message left in English, and nobody's words translated. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openArchive, type Archive } from '../support/archive.ts';

let archive: Archive;

beforeAll(async () => {
  archive = await openArchive();
});
afterAll(async () => await archive?.close());

async function get(url: string, headers: Record<string, string> = {}) {
  return await archive.app.inject({ url, headers: { accept: 'text/html', ...headers } });
}

test('is what a browser asks for, until somebody chooses', async () => {
  const asked = await get('/sign-in', { 'accept-language': 'es-MX,es;q=0.9' });
  expect(asked.body).toContain('<html lang="es">');
  expect(asked.body).toContain('>Ir al contenido<');
  expect((await get('/sign-in', { 'accept-language': 'en-US' })).body).toContain('<html lang="en">');
  const chosen = await get('/language?to=es&next=%2Fsign-in%3Fnext%3D%252Frecords');
  expect([chosen.statusCode, chosen.headers['location']]).toEqual([303, '/sign-in?next=%2Frecords']);
  const cookie = String(chosen.headers['set-cookie']).split(';')[0] ?? '';
  expect((await get('/sign-in', { cookie, 'accept-language': 'en' })).body).toContain('<html lang="es">');
});

test('is as good for what is refused, by the names of the roles, and where there is nothing', async () => {
  const chosen = { 'accept-language': 'en', cookie: 'holdfast-language=es' };
  const refused = await get('/people', {
    ...chosen,
    authorization: `Bearer ${await archive.key('auditor')}`,
  });
  expect([refused.statusCode, refused.body]).toEqual([
    403,
    expect.stringContaining(
      'Una clave con el rol &quot;auditor&quot; no puede hacer esto. Se necesita uno de estos: administrador.',
    ),
  ]);
  const nothing = await get('/nothing/here', chosen);
  expect([nothing.statusCode, nothing.body]).toEqual([
    404,
    expect.stringContaining('No existe esa llamada aquí.'),
  ]);
  const program = await get('/v1/records/none', { ...chosen, accept: 'application/json' });
  expect(program.json()).toMatchObject({ code: 'key-missing', title: 'Se necesita una clave' });
});

test('says in which language it is, and what that hangs on', async () => {
  for (const accept of ['text/html', 'application/json']) {
    const { headers } = await get('/v1/nothing', { accept, 'accept-language': 'es' });
    expect([headers['content-language'], headers['vary']]).toEqual([
      'es',
      'Cookie, Accept-Language, holdfast-language',
    ]);
  }
  expect((await get('/sign-in')).headers['content-language']).toBe('en');
});

test('a script is answered in the language of its page, whatever was chosen since', async () => {
  const answer = await get('/v1/records/none', {
    accept: 'application/json',
    cookie: 'holdfast-language=es',
    'holdfast-language': 'en',
  });
  expect(answer.json()).toMatchObject({ title: 'A key is needed' });
});

test.each([
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-purpose': 'prefetch;prerender' },
  { purpose: 'prefetch' },
])('nobody chooses for somebody else: %o', async (headers) => {
  const { statusCode, headers: answer } = await get('/language?to=es&next=%2Fsign-in', headers);
  expect([statusCode, answer['location'], answer['set-cookie']]).toEqual([303, '/sign-in', undefined]);
});

test.each([
  ['/language?to=xx&next=%2F', 422],
  ['/language', 422],
])('%s is refused', async (url, status) => {
  expect((await get(url)).statusCode).toBe(status);
});

test.each(['https://evil.example/', '//evil.example/', '/\\evil.example', 'javascript:alert(1)'])(
  'choosing a language leads nowhere else: %s',
  async (next) => {
    const { headers } = await get(`/language?${new URLSearchParams({ to: 'es', next }).toString()}`);
    expect(headers['location']).toBe('/');
  },
);
