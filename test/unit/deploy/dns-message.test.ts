import { expect, it } from 'vitest';
import { answerQuestion } from '../../support/kube/dns-message.ts';

const zone = new Map([['a.b', ['10.0.0.1', '10.0.0.2']]]);
const ask = (name: string, type = 1): Buffer | undefined =>
  answerQuestion(
    Buffer.concat([
      Buffer.from([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
      ...name.split('.').map((part) => Buffer.concat([Buffer.from([part.length]), Buffer.from(part)])),
      Buffer.from([0, 0, type, 0, 1]),
    ]),
    (asked) => zone.get(asked),
  );
const header = (message: Buffer | undefined) =>
  message && { id: message.readUInt16BE(0), code: message.readUInt8(3) & 15, answers: message.readUInt16BE(6) };

it('a name of the zone has its addresses, whatever its case', () => {
  const answer = ask('A.b');
  expect(header(answer)).toEqual({ id: 0x1234, code: 0, answers: 2 });
  expect(answer?.subarray(-4)).toEqual(Buffer.from([10, 0, 0, 2]));
});
it('a question for another type has an empty answer', () => {
  expect(header(ask('a.b', 28))).toEqual({ id: 0x1234, code: 0, answers: 0 });
});
it('another name does not exist', () => {
  expect(header(ask('c.b'))).toEqual({ id: 0x1234, code: 3, answers: 0 });
});
it('what is no question gets no answer', () => {
  expect(answerQuestion(Buffer.alloc(5), () => [])).toBeUndefined();
});
