import type { VerdictWords } from './words-shape.ts';

export const en: VerdictWords = {
  sentenceGap: ' ',
  verdict: {
    good: 'Yes: this recording is genuine and has not been altered.',
    unsure: 'Yes, with remarks: nothing was found altered, but not everything could be confirmed.',
    bad: 'No: do not rely on this recording as it stands.',
  },
  axes: {
    integrity: {
      name: 'Integrity',
      question: 'Is every byte what was sealed?',
      good: 'Every byte of picture, sound and position is as the camera sealed it.',
      unsure: 'Nothing was found altered, but part of it could not be examined.',
      bad: 'Something is missing, unreadable or not as the camera sealed it.',
    },
    signer: {
      name: 'Signer',
      question: 'Did this camera sign it, and is it the agency’s?',
      good: 'A camera certified by the agency signed it.',
      unsure: 'The signature is right, but the certificate leaves a question open.',
      bad: 'It is not proven that a camera of the agency signed this.',
    },
    sequence: {
      name: 'Sequence',
      question: 'Is everything there, once and in order?',
      good: 'Everything the camera wrote down is there, once and in order.',
      unsure: 'No gap was found, but the record could not be compared with another copy of it.',
      bad: 'The camera’s record has a gap, a contradiction or a wrong order.',
    },
    closure: {
      name: 'Closure',
      question: 'Was it ended as it should be, and does the archive hold it?',
      good: 'The recording was ended properly, and the archive has confirmed that it holds all of it.',
      unsure: 'The recording did not end in the usual way, or the archive has not confirmed it yet.',
      bad: 'The end of the recording, or the archive’s confirmation of it, does not hold.',
    },
    coverage: {
      name: 'Coverage',
      question: 'What is known not to be in it?',
      good: 'The camera noted no muting, no loss of picture or sound, and no interruption.',
      unsure:
        'Sound, picture or a stretch of time is known not to be in it, or another recording belongs to it.',
      bad: 'Footage that should be in it is not.',
    },
    time: {
      name: 'Time',
      question: 'How well is the time known?',
      good: 'The camera’s clock was set from a trusted source.',
      unsure: 'The time shown may be off: the clock was not set from a trusted source all the time.',
      bad: 'The time shown cannot be relied on.',
    },
  },
  place: {
    recording: (id) => `recording ${id}…`,
    segment: (number) => `segment ${number}`,
    entry: (index) => `journal entry ${index}`,
    file: (path) => `file ${path}`,
    object: (name) => `object ${name}…`,
    bytes: (first, last) => (first === last ? `byte ${first}` : `bytes ${first} to ${last}`),
    times: (from, to) => `${from} – ${to}`,
    other: (id) => `the other recording: ${id}`,
    noBytes: (at) => `at byte ${at}`,
    join: ', ',
  },
  findings: {
    // order of the journal
    'no-power-on': {
      seen: 'The camera’s record does not begin with a start.',
      means: 'Its beginning may have been cut off.',
      next: 'Fetch the record again from the archive or the camera and compare.',
    },
    'boot-without-power-on': {
      seen: 'The camera ran anew without having written down a start.',
      means: 'Entries may be missing at this place.',
      next: 'Have the camera examined and compare with the archive’s copy.',
    },
    'other-device': {
      seen: 'The record names another camera than the one that signed it.',
      means: 'It may have been put together from the records of two cameras.',
      next: 'Do not use it; fetch the record again from the archive.',
    },
    'mono-backwards': {
      seen: 'The camera’s running time goes backwards here, which no camera does.',
      means: 'Entries are out of order or were put in later.',
      next: 'Do not use this stretch; have the camera examined.',
    },
    'recording-reopened': {
      seen: 'A recording was opened a second time under the same number.',
      means: 'It is not certain which footage belongs to it.',
      next: 'Have the camera examined before this recording is used.',
    },
    'recording-unknown': {
      seen: 'An entry belongs to a recording that was never opened.',
      means: 'The beginning of a recording is missing from the record.',
      next: 'Fetch the record again from the archive and compare.',
    },
    'entry-after-close': {
      seen: 'Something was added to the recording after it had been closed.',
      means: 'What was added is not part of what the camera closed.',
      next: 'Do not use what was added; have the camera examined.',
    },
    'segment-out-of-order': {
      seen: 'A segment does not follow the one before it.',
      means: 'Footage between the two is missing or was moved.',
      next: 'Look for the missing segment in the archive; until then treat this place as a gap.',
    },
    'counts-differ': {
      seen: 'On closing, the camera counted other segments or marks than are here.',
      means: 'Part of the recording is missing or was added.',
      next: 'Fetch the record again from the archive and compare.',
    },
    'object-named-twice': {
      seen: 'Two entries name the same piece of footage.',
      means: 'The same footage appears to have been used twice.',
      next: 'Have the camera examined before this recording is used.',
    },
    'object-unknown': {
      seen: 'The record speaks of footage that it never named before.',
      means: 'Earlier entries may be missing.',
      next: 'Fetch the record again from the archive and compare.',
    },
    // integrity
    'entry-malformed': {
      seen: 'An entry of the camera’s record cannot be read.',
      means: 'What it said cannot be judged.',
      next: 'Fetch the record again from the archive.',
    },
    'entry-altered': {
      seen: 'An entry is not the one the camera signed.',
      means: 'It was changed after signing, and what it says is not to be trusted.',
      next: 'Do not use this copy; fetch the record again from the archive.',
    },
    'object-altered': {
      seen: 'The sealed footage of this segment is not what the camera signed.',
      means: 'It was damaged or changed; the other segments are not affected.',
      next: 'Fetch this segment again from the archive or the camera.',
    },
    'object-size-differs': {
      seen: 'The sealed footage of this segment is longer or shorter than the camera signed.',
      means: 'Something was cut off or added; the other segments are not affected.',
      next: 'Fetch this segment again from the archive or the camera.',
    },
    'content-altered': {
      seen: 'Picture or sound of this segment is not what the camera signed.',
      means: 'It was changed after recording; the other segments are not affected.',
      next: 'Do not use this segment; fetch it again from the archive.',
    },
    'footage-missing': {
      seen: 'Footage that the camera signed is not here.',
      means: 'There is a gap at this place; what is here is judged on its own.',
      next: 'If the camera has not been docked since, dock it; otherwise look for the segment in the archive.',
    },
    'footage-unreadable': {
      seen: 'The footage of this segment cannot be opened.',
      means: 'The key is missing, or its end does not belong to it; nothing can be said about what it shows.',
      next: 'Give the key of this recording, or fetch the segment again from the archive.',
    },
    'bytes-not-covered': {
      seen: 'The file holds bytes that the camera never signed.',
      means: 'What stands there is not evidence; the signed footage beside it is not affected.',
      next: 'Ignore these bytes and ask whoever handed over the file where they come from.',
    },
    'file-altered': {
      seen: 'A file is not what the list of the export says.',
      means: 'It was damaged or changed after export.',
      next: 'Export once more from the archive and use the new copy.',
    },
    'file-missing': {
      seen: 'A file that the export lists is not there.',
      means: 'This copy of the export is not complete.',
      next: 'Copy the export once more, or export again from the archive.',
    },
    'file-not-listed': {
      seen: 'There is a file that the export does not list.',
      means: 'It was added later and is not part of the evidence.',
      next: 'Remove it, and ask who put it there.',
    },
    'file-malformed': {
      seen: 'A file of the export is not of the kind it should be.',
      means: 'What it holds could not be judged.',
      next: 'Export once more from the archive and use the new copy.',
    },
    'statement-missing': {
      seen: 'The export comes without the archive’s signed statement.',
      means: 'Who exported it, and when, is not proven; the footage is judged on its own.',
      next: 'Ask the archive for the export with its statement.',
    },
    'recording-key-differs': {
      seen: 'The key given is not the one this recording was opened with.',
      means: 'The footage could not be opened with it, or is not the footage that was recorded.',
      next: 'Give the key of this recording.',
    },
    // signer
    'checkpoint-unsigned': {
      seen: 'The camera’s signature is missing or wrong.',
      means: 'It is not proven that this camera made the recording.',
      next: 'Do not use this copy; fetch the record again from the archive.',
    },
    'certificate-refused': {
      seen: 'The camera’s certificate was not issued by the agency, or is damaged.',
      means: 'It is not proven that the camera belongs to the agency.',
      next: 'Check that the right root certificate was given; if so, do not rely on the recording.',
    },
    'certificate-of-another': {
      seen: 'The certificate is valid, but belongs to another machine or another purpose.',
      means: 'It does not prove that this camera signed.',
      next: 'Ask for the certificate of this very camera.',
    },
    'outside-certificate-validity': {
      seen: 'The recording was made outside the time for which the certificate is valid.',
      means:
        'The signature is right, but the certificate did not cover that moment; the clock may have been wrong.',
      next: 'Ask the agency for the certificate of that time, and whether the camera’s clock was right.',
    },
    'receipt-refused': {
      seen: 'The archive’s receipt does not hold.',
      means: 'It is not proven that the archive held this recording; the footage is judged on its own.',
      next: 'Ask the archive for a new receipt.',
    },
    'statement-refused': {
      seen: 'The signature under the archive’s export statement does not hold.',
      means: 'Who exported it, and when, is not proven; the footage is judged on its own.',
      next: 'Ask the archive to export once more.',
    },
    // sequence
    'entry-missing': {
      seen: 'An entry of the camera’s record is missing.',
      means: 'What it said is unknown; footage may be missing with it.',
      next: 'Fetch the whole record from the archive.',
    },
    'entry-out-of-order': {
      seen: 'Entries of the camera’s record stand in a wrong order.',
      means: 'They were moved after signing.',
      next: 'Do not use this copy; fetch the record again from the archive.',
    },
    'recording-missing': {
      seen: 'The recording asked for is not in the camera’s record.',
      means: 'It was left out of this copy, or it never was this camera’s.',
      next: 'Check the number of the recording and the camera, and fetch the record again.',
    },
    'rolled-back': {
      seen: 'A later state of this camera’s record is known than the one given.',
      means: 'This copy is old: entries at its end were left out.',
      next: 'Use the later record from the archive.',
    },
    forked: {
      seen: 'The same camera signed two records that contradict each other.',
      means: 'One of the two was rewritten; neither can be relied on alone.',
      next: 'Keep both, take the camera out of service, and have it examined.',
    },
    'not-compared': {
      seen: 'No other copy of this camera’s record was at hand to compare with.',
      means: 'Within itself it is whole, but entries cut off at its very end would not show.',
      next: 'To rule that out, compare with a receipt of the archive.',
    },
    // closure
    'recording-open': {
      seen: 'The recording has not been closed yet.',
      means: 'What is here counts; more may follow.',
      next: 'Wait until it is closed or the camera has been docked, then verify again.',
    },
    'ended-by-power-loss': {
      seen: 'The recording ended because the camera lost power.',
      means: 'What is here counts; at most the last second before the cut may be missing.',
      next: 'Note the loss of power in the file, and check the battery.',
    },
    'continued-in-another': {
      seen: 'What the camera took in changed; this recording ended there and another goes on from it at once.',
      means: 'What is here counts; what followed is in the recording that goes on from it.',
      next: 'Take that recording along with this one.',
    },
    'ended-by-fault': {
      seen: 'The recording ended before its time: storage full or failed, picture lost, or battery empty.',
      means: 'What is here counts; what happened afterwards was not recorded.',
      next: 'Note the reason in the file, and have the camera examined.',
    },
    'segment-recovered': {
      seen: 'This segment was recovered after a loss of power.',
      means: 'Its end may be shorter than what happened; nothing in it can have been altered.',
      next: 'Nothing is to be done; note the loss of power in the file.',
    },
    'no-receipt': {
      seen: 'The archive has not signed a receipt for this recording.',
      means: 'The footage may be whole; that the archive holds all of it is not confirmed.',
      next: 'Wait until all of it has arrived, then verify again.',
    },
    // coverage
    'sound-muted': {
      seen: 'The sound was muted on the camera.',
      means: 'What was said and heard in that stretch was never recorded; the picture counts.',
      next: 'Ask the officer why the sound was muted, and note it in the file.',
    },
    'picture-missing': {
      seen: 'The camera had no picture here.',
      means: 'What was to be seen in that stretch was not recorded; the sound counts, where there is any.',
      next: 'Ask what happened to the camera at that time, and look for another recording of it.',
    },
    'sound-missing': {
      seen: 'The camera had no sound here.',
      means:
        'What was to be heard in that stretch was not recorded, by no choice of the officer; the picture counts, where there is any.',
      next: 'Ask what happened to the microphone at that time, and have the camera examined.',
    },
    'footage-gap': {
      seen: 'The footage was interrupted here.',
      means: 'What happened in that stretch was not recorded; before and after it, everything is there.',
      next: 'Ask what happened at that time, and look for another recording of it.',
    },
    'segment-lost': {
      seen: 'The camera had begun this segment and did not find it whole afterwards.',
      means: 'Footage of this segment is lost; the other segments are not affected.',
      next: 'Keep the camera’s card as it is, have it examined, and ask who had it in hand.',
    },
    'continues-another': {
      seen: 'This recording goes on from another.',
      means: 'What happened before is in that other recording.',
      next: 'Take that recording along with this one.',
    },
    'beginning-not-presented': {
      seen: 'This recording goes on from another, which is not presented here.',
      means: 'What is here counts, but it is not the beginning of what was recorded.',
      next: 'Ask for the other recording by its number, and judge both together.',
    },
    // time
    'clock-free-running': {
      seen: 'The clock ran on its own, without satellite, dock or network time.',
      means: 'Order and length are certain, the time of day may be off.',
      next: 'If the exact time matters, compare with another source of that time.',
    },
    'clock-stepped': {
      seen: 'The clock was set while this was going on.',
      means: 'Before and after this place the time of day differs by the step; order and length are certain.',
      next: 'If the exact time matters, count from the time after the clock was set.',
    },
    'clock-backwards': {
      seen: 'The clock shows an earlier time than before.',
      means: 'Times of day on either side of this place cannot be compared; the order is certain.',
      next: 'If the exact time matters, compare with another source of that time.',
    },
    'not-understood': {
      seen: 'An entry was written by a later version than this one.',
      means: 'It is unaltered and in its place, but what it says was not judged.',
      next: 'Verify again with the newest version.',
    },
  },
};
