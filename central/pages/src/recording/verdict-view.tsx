import type { AxisAnswer, Axis, Verdict } from '@mingjing/protocol';
import { Button, Card, Progress } from 'antd';
import { useEffect, useState, type ReactNode } from 'react';
import {
  axisAnswerWords,
  axisName,
  axisQuestion,
  findingWords,
  placeWords,
  verdictSentence,
} from '../../../../protocol/verify/words.ts';
import type { RecordingDetail } from '../../../core/review-shapes.ts';
import { fetchVerdict } from '../api/client.ts';
import { useLoad, type Loaded } from '../api/use-load.ts';
import { Badge, Icon, type Shape } from '../look/icons.tsx';
import { TroubleAlert } from '../look/trouble.tsx';
import { linkTo } from '../route.ts';
import { formatBytes, formatSeconds, formatTime } from '../words/format.ts';
import { useWords } from '../words/language.tsx';
import { TechnicalDetails } from './technical-details.tsx';
import { groupFindings, type FindingGroup } from './verdict-groups.ts';

const AXIS_ORDER = Object.keys({
  integrity: true,
  signer: true,
  sequence: true,
  closure: true,
  coverage: true,
  time: true,
} satisfies Record<Axis, true>) as Axis[];

const SHAPE: Readonly<Record<AxisAnswer, Shape>> = { good: 'yes', unsure: 'warning', bad: 'stop' };
const PLACES_SHOWN = 5;

/** Can this footage be trusted? First in one sentence, then why, then all of it. */
export function VerdictView(props: {
  readonly detail: RecordingDetail;
  /** Shows the footage of a segment. */
  readonly show: (segment: number) => void;
}): ReactNode {
  const { words } = useWords();
  const { detail, show } = props;
  const nothing = detail.segmentsHere === 0;
  const { value, error, loading, reload } = useVerdict(detail, !nothing);
  return (
    <Card
      className="verdict"
      title={<h2>{words.verdict.title}</h2>}
      size="small"
      extra={
        value === undefined || loading ? null : (
          <Button size="small" onClick={reload}>
            {words.verdict.again}
          </Button>
        )
      }
    >
      {nothing ? <p>{words.verdict.nothing}</p> : loading ? <Working detail={detail} /> : null}
      {error === undefined || loading ? null : (
        <TroubleAlert code={error} retry={reload} heading={words.verdict.failed} />
      )}
      {value === undefined || loading ? null : (
        <>
          <Sentence verdict={value.verdict} />
          <p className="soft small">{words.verdict.at(formatTime(value.at))}</p>
          {detail.state === 'complete' ? null : <p className="small">{words.verdict.sinceArrived}</p>}
          <Axes verdict={value.verdict} />
          <Findings verdict={value.verdict} show={show} />
          <TechnicalDetails verdict={value.verdict} detail={detail} />
        </>
      )}
    </Card>
  );
}

function useVerdict(detail: RecordingDetail, wanted: boolean): Loaded<{ verdict: Verdict; at: string }> {
  const { device, epoch, recording } = detail;
  return useLoad(
    linkTo(detail),
    async (signal) => {
      const verdict = await fetchVerdict({ device, epoch, recording }, signal);
      return { verdict, at: new Date().toISOString() };
    },
    // Verified anew once all of it has arrived.
    { wanted, version: detail.state === 'complete' ? 1 : 0 },
  );
}

/** How long it will take is not known: what is done, and since when, is. */
function Working({ detail }: { readonly detail: RecordingDetail }): ReactNode {
  const { words } = useWords();
  const [since] = useState(() => Date.now());
  const [now, setNow] = useState(since);
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <div className="working" role="status" aria-busy="true">
      <p>
        <strong>{words.verdict.working}</strong>
      </p>
      <Progress percent={100} status="active" showInfo={false} aria-label={words.verdict.working} />
      <p>{words.verdict.what(detail.segments.length, formatBytes(detail.bytes))}</p>
      <p className="soft small" aria-live="off">
        {words.verdict.elapsed(formatSeconds((now - since) / 1000))} · {words.verdict.patience}
      </p>
    </div>
  );
}

function Sentence({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const { words, language } = useWords();
  const { answer, findings } = verdict;
  const remarks = findings.filter(({ severity }) => severity === 'remark').length;
  return (
    <div className={`sentence tone-${answer}`} data-testid="verdict" role="status">
      <Icon shape={SHAPE[answer]} size={34} />
      <div>
        <strong>{verdictSentence(answer, language)}</strong>
        {answer === 'good' && remarks > 0 ? <span>{words.verdict.remarks(remarks)}</span> : null}
      </div>
    </div>
  );
}

function Axes({ verdict }: { readonly verdict: Verdict }): ReactNode {
  const { words, language } = useWords();
  return (
    <>
      <h3>{words.verdict.axes}</h3>
      <ul className="axes">
        {AXIS_ORDER.map((axis) => {
          const answer = verdict.axes[axis];
          return (
            <li key={axis} title={axisQuestion(axis, language)}>
              <span className="axis-head">
                <strong>{axisName(axis, language)}</strong>
                <Badge shape={SHAPE[answer]} tone={answer}>
                  {words.verdict.answer[answer]}
                </Badge>
              </span>
              <span>{axisAnswerWords(axis, answer, language)}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

type Show = { readonly show: (segment: number) => void };

function Findings({ verdict, show }: Show & { readonly verdict: Verdict }): ReactNode {
  const { words } = useWords();
  const groups = groupFindings(verdict.findings);
  return (
    <>
      <h3>{words.verdict.findings}</h3>
      {groups.length === 0 ? <p className="soft">{words.verdict.noFindings}</p> : null}
      <ul className="findings">
        {groups.map((group) => (
          <FindingItem key={[group.severity, group.axis, group.code].join(' ')} group={group} show={show} />
        ))}
      </ul>
    </>
  );
}

function FindingItem({ group, show }: Show & { readonly group: FindingGroup }): ReactNode {
  const { words, language } = useWords();
  const { seen, means, next } = findingWords(group.code, language);
  const { severity } = group;
  const places = group.places
    .map((place) => ({ segment: place.segment, text: placeWords(place, language, formatTime) }))
    .filter(({ text }) => text !== '');
  return (
    <li className={`finding ${severity}`}>
      <span className="axis-head">
        <Badge
          shape={severity === 'fault' ? 'stop' : 'warning'}
          tone={severity === 'fault' ? 'bad' : 'unsure'}
        >
          {words.verdict.severity[severity]}
        </Badge>
        <span className="soft small">{axisName(group.axis, language)}</span>
        {group.places.length > 1 ? (
          <span className="soft small">{words.verdict.times(group.places.length)}</span>
        ) : null}
      </span>
      <strong>{seen}</strong>
      <dl>
        {places.length === 0 ? null : (
          <div>
            <dt>{words.verdict.place}</dt>
            <dd>
              <ul className="places">
                {places.slice(0, PLACES_SHOWN).map(({ segment, text }, index) => (
                  <li key={`${index}-${text}`}>
                    {segment === undefined ? (
                      text
                    ) : (
                      <button
                        type="button"
                        className="link"
                        title={words.verdict.show}
                        onClick={() => show(segment)}
                      >
                        {text}
                      </button>
                    )}
                  </li>
                ))}
                {places.length > PLACES_SHOWN ? (
                  <li className="soft">{words.verdict.morePlaces(places.length - PLACES_SHOWN)}</li>
                ) : null}
              </ul>
            </dd>
          </div>
        )}
        <div>
          <dt>{words.verdict.means}</dt>
          <dd>{means}</dd>
        </div>
        <div>
          <dt>{words.verdict.next}</dt>
          <dd>{next}</dd>
        </div>
      </dl>
    </li>
  );
}
