/** Who carries the camera. */
export interface Officer {
  readonly number: string;
  readonly name?: string;
  readonly certificate?: string;
}
