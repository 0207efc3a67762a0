import { readdirSync } from 'node:fs';
import {
  chooseEncoder,
  HARDWARE,
  listingCommand,
  lists,
  trialCommand,
  worthATrial,
} from '../../core/encoder-choice.ts';
import type { Encoder, EncoderPreference, PictureSettings } from '../../core/capture-settings.ts';
import { runBriefly } from './media-child.ts';

const LISTING_MS = 3_000;
const TRIAL_MS = 5_000;

/** Tries the machine's own encoder, if one is listed and a device is there that could be it. Never rejects. */
export async function findEncoder(
  preference: EncoderPreference,
  ffmpeg: string,
  picture: PictureSettings,
): Promise<Encoder> {
  if (!worthATrial(preference, videoDevices())) return chooseEncoder(preference, {});
  const { output } = await runBriefly(listingCommand(ffmpeg), LISTING_MS);
  if (!lists(output, HARDWARE)) return chooseEncoder(preference, { listing: output });
  const { passed } = await runBriefly(trialCommand(ffmpeg, picture), TRIAL_MS);
  return chooseEncoder(preference, { listing: output, trialPassed: passed });
}

function videoDevices(): string[] {
  try {
    return readdirSync('/dev').filter((name) => /^video\d+$/.test(name));
  } catch {
    return [];
  }
}
