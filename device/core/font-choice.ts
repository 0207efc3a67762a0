/** Where distributions put a font that shows Chinese; the last shows Latin letters only, and is better than none. */
export const KNOWN_FONTS = [
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc',
  '/usr/share/fonts/truetype/wqy/wqy-microhei.ttc',
  '/usr/share/fonts/truetype/arphic/uming.ttc',
  '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
] as const;

/** Of the fonts that are there. Undefined: whatever ffmpeg finds by itself. */
export function chooseFont(
  wanted: string | undefined,
  isThere: (path: string) => boolean,
): string | undefined {
  return [...(wanted === undefined ? [] : [wanted]), ...KNOWN_FONTS].find(isThere);
}
