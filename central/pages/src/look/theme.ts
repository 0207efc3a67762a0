import type { ThemeConfig } from 'antd';

export const FONTS =
  'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

/** Whoever asked the system for less motion gets none. */
const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;

export const theme: ThemeConfig = {
  token: {
    colorPrimary: '#17456b',
    colorLink: '#17456b',
    colorInfo: '#14548c',
    colorTextTertiary: '#4a5866',
    colorTextQuaternary: '#66727e',
    colorTextPlaceholder: '#5a6773',
    colorText: '#1b2733',
    colorTextSecondary: '#4a5866',
    colorTextDescription: '#4a5866',
    colorBorder: '#b8c4cf',
    colorBgLayout: '#f3f6f9',
    borderRadius: 6,
    fontSize: 15,
    fontFamily: FONTS,
    motion: !still,
  },
};
