/**
 * Fonts for a machine that has none: a page drawn with empty boxes is false evidence. They come with npm packages and
 * are copied into a folder of our own, because the browser runs as a user who may not enter the place of the packages.
 *
 * Only whole fonts in TTF or OTF: Chromium takes no WOFF from the system. Open Sans (of the browser's own package) has
 * Latin, Cyrillic, Greek and Hebrew; the others add what people write with besides. One weight each: bold is drawn
 * from it. Chinese stands for the characters that it shares with Japanese, in its own forms.
 */
import { createHash } from 'node:crypto';
import { chmod, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isOurs, unpack } from './unpack.ts';

/** Package, one of its modules, and the files that are taken. All under the Open Font License. */
const PACKAGES: readonly { readonly name: string; readonly module: () => string; readonly file: string }[] = [
  {
    name: '@embedpdf/fonts-sc',
    module: () => import.meta.resolve('@embedpdf/fonts-sc'),
    file: 'fonts/NotoSansHans-Regular.otf',
  },
  {
    name: '@embedpdf/fonts-kr',
    module: () => import.meta.resolve('@embedpdf/fonts-kr'),
    file: 'fonts/NotoSansKR-Regular.otf',
  },
  {
    name: '@embedpdf/fonts-arabic',
    module: () => import.meta.resolve('@embedpdf/fonts-arabic'),
    file: 'fonts/NotoNaskhArabic-Regular.ttf',
  },
  {
    name: '@expo-google-fonts/noto-color-emoji',
    module: () => import.meta.resolve('@expo-google-fonts/noto-color-emoji'),
    file: '400Regular/NotoColorEmoji_400Regular.ttf',
  },
  // Letters of mathematics are how people write bold and italic where a platform has no such thing.
  {
    name: '@expo-google-fonts/noto-sans-math',
    module: () => import.meta.resolve('@expo-google-fonts/noto-sans-math'),
    file: '400Regular/NotoSansMath_400Regular.ttf',
  },
  {
    name: '@expo-google-fonts/noto-sans-symbols-2',
    module: () => import.meta.resolve('@expo-google-fonts/noto-sans-symbols-2'),
    file: '400Regular/NotoSansSymbols2_400Regular.ttf',
  },
];

/** Folders that hold them. What cannot be had is left out: characters without a glyph are recorded with each capture. */
export async function fontFolders(home: string): Promise<string[]> {
  const own = await gather(home);
  const browsers = await unpack(home, 'fonts').catch(() => null);
  return [...(own === null ? [] : [own]), ...(browsers === null ? [] : [browsers.folder])];
}

async function gather(home: string): Promise<string | null> {
  const files: string[] = [];
  const versions = createHash('sha256');
  for (const { name, module, file } of PACKAGES)
    try {
      const path = fileURLToPath(module());
      const folder = path.slice(0, path.lastIndexOf(`/${name}/`) + name.length + 1);
      const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as {
        version: string;
      };
      versions.update(`${name} ${version} ${file}\n`);
      files.push(join(folder, file));
    } catch {
      // Not installed.
    }
  if (files.length === 0) return null;
  const folder = join(home, `more-fonts-${versions.digest('hex').slice(0, 12)}`);
  if (await isOurs(folder)) return folder;
  await mkdir(home, { recursive: true });
  const half = await mkdtemp(join(home, '.gathering-'));
  try {
    for (const file of files) {
      const copy = join(half, basename(file));
      await copyFile(file, copy);
      await chmod(copy, 0o644);
    }
    await chmod(half, 0o755);
    await rename(half, folder);
  } catch {
    await rm(half, { recursive: true, force: true });
    // Another process of ours was first; its folder is as good.
    if (!(await isOurs(folder))) return null;
  }
  return (await readdir(folder)).length === 0 ? null : folder;
}
