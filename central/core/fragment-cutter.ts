import { BoxSplitter, type Box } from '@mingjing/protocol';

/** `whole`: every box counts. `survivors`: a fragment counts once its picture and sound are whole. */
export type FragmentRule = 'whole' | 'survivors';

/**
 * Cuts a segment's plaintext into what a player wants: the init segment apart, then whole fragments. Memory is bounded
 * by one fragment.
 */
export class FragmentCutter {
  readonly #splitter = new BoxSplitter();
  readonly #rule: FragmentRule;
  #held: Box[] = [];
  #inInit = true;

  constructor(rule: FragmentRule) {
    this.#rule = rule;
  }

  /** `code` 'bad-box', 'box-too-large'. */
  push(bytes: Uint8Array): { init: Box[]; fragments: Box[] } {
    const init: Box[] = [];
    const fragments: Box[] = [];
    for (const box of this.#splitter.push(bytes)) {
      this.#inInit &&= box.type === 'ftyp' || box.type === 'moov';
      if (this.#inInit) init.push(box);
      else if (this.#rule === 'whole') fragments.push(box);
      else {
        this.#held.push(box);
        if (box.type === 'mdat') fragments.push(...this.#held.splice(0));
      }
    }
    return { init, fragments };
  }

  /** Boxes behind the last whole fragment, once all was pushed; undefined if one of them is cut. */
  rest(): readonly Box[] | undefined {
    return this.#splitter.pending === 0 ? this.#held : undefined;
  }
}
