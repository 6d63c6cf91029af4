/** The command line of the browser, all of it; nothing of a distribution's or of a package's defaults is taken over. */

/** Off, because each of them talks, updates, suggests or stores beside the page that is captured. */
const FEATURES_OFF = [
  'AcceptCHFrame',
  'AutofillServerCommunication',
  'BackForwardCache',
  'CertificateTransparencyComponentUpdater',
  'DialMediaRouteProvider',
  'GlobalMediaControls',
  'InterestFeedContentSuggestions',
  'MediaRouter',
  'OptimizationHints',
  'PaintHolding',
  'Prerender2',
  'SpareRendererForSitePerProcess',
  'Translate',
];

/**
 * Our flags, all of them. `<-loopback>` takes away Chromium's own exceptions, by which local and link-local
 * addresses would go past the proxy; the resolver rule makes a name useless to whatever still tries; without
 * software GL the GPU process stays in its sandbox (so WebGL is not drawn). The policy for WebRTC has two names: the
 * headless shell obeys the one with `force`, Chromium 156 the other alone, and sends datagrams past the proxy without.
 */
export function flags(launch: {
  readonly proxyAddress: string;
  /** Of the one key that answers in place of every server (`authority.ts`); it counts with a profile folder only. */
  readonly trustedKeyDigest: string;
  readonly profile: string;
  readonly logFile: string;
  readonly sandbox: boolean;
  readonly smallSharedMemory: boolean;
}): string[] {
  return [
    '--headless',
    '--remote-debugging-pipe',
    `--user-data-dir=${launch.profile}`,
    `--proxy-server=${launch.proxyAddress}`,
    '--proxy-bypass-list=<-loopback>',
    `--ignore-certificate-errors-spki-list=${launch.trustedKeyDigest}`,
    '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1',
    '--webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
    '--disable-quic',
    '--no-pings',
    '--disable-background-networking',
    '--disable-client-side-phishing-detection',
    '--disable-component-extensions-with-background-pages',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-extensions',
    '--disable-sync',
    '--metrics-recording-only',
    '--no-first-run',
    '--no-default-browser-check',
    '--no-service-autorun',
    '--password-store=basic',
    '--use-mock-keychain',
    '--enable-logging',
    '--log-level=3',
    `--log-file=${launch.logFile}`,
    '--disable-breakpad',
    '--disable-crash-reporter',
    '--disable-gpu',
    '--disable-software-rasterizer',
    '--disable-print-preview',
    '--disable-prompt-on-repost',
    '--disable-search-engine-choice-screen',
    '--disable-background-timer-throttling',
    '--disable-backgrounding-occluded-windows',
    '--disable-renderer-backgrounding',
    '--disable-ipc-flooding-protection',
    '--disable-hang-monitor',
    '--disable-notifications',
    '--deny-permission-prompts',
    '--autoplay-policy=document-user-activation-required',
    '--mute-audio',
    '--hide-scrollbars',
    '--force-color-profile=srgb',
    '--font-render-hinting=none',
    '--lang=en-US',
    '--disk-cache-size=67108864',
    '--js-flags=--max-old-space-size=1024',
    '--enable-features=NetworkServiceSandbox',
    `--disable-features=${FEATURES_OFF.join(',')}`,
    ...(launch.sandbox ? [] : ['--no-sandbox']),
    ...(launch.smallSharedMemory ? ['--disable-dev-shm-usage'] : []),
    'about:blank',
  ];
}
