/** What is wrong at this moment and stays so until it is mended. Closed. */
export const WARNINGS = [
  'picture-lost',
  'sound-lost',
  'frame-rate-low',
  'sound-drifts',
  'storage-low',
  'storage-full',
  'storage-failed',
  'battery-low',
  'position-lost',
  'buttons-lost',
  'clock-behind',
  'clock-implausible',
] as const;
export type Warning = (typeof WARNINGS)[number];

/** Troubles that parts of the case notice by themselves and tell the camera. */
export type ReportedTrouble = Extract<Warning, 'buttons-lost' | 'clock-behind' | 'clock-implausible'>;
