import net from 'node:net';

/** One mail as it came over the wire. */
export type Received = { from: string; to: string; data: string };

export type SmtpServer = {
  url: string;
  received: Received[];
  /** What the next commands of this name are answered, instead of yes. */
  refuse(command: 'MAIL' | 'RCPT' | 'DATA' | 'END', answer: string, times?: number): void;
  close(): Promise<void>;
};

/** A mail server of the least that the protocol asks for, which keeps what it gets. */
export async function startSmtp(): Promise<SmtpServer> {
  const received: Received[] = [];
  const refusals: { command: string; answer: string; times: number }[] = [];
  const sockets = new Set<net.Socket>();

  const answerTo = (command: string, usual: string): string => {
    const refusal = refusals.find((planned) => planned.command === command && planned.times > 0);
    if (!refusal) return usual;
    refusal.times -= 1;
    return refusal.answer;
  };

  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => {});
    const say = (line: string) => socket.write(`${line}\r\n`);
    let mail: Received = { from: '', to: '', data: '' };
    let text = '';
    let isData = false;
    say('220 double ESMTP');
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (;;) {
        const end = isData ? '\r\n.\r\n' : '\r\n';
        const at = text.indexOf(end);
        if (at < 0) return;
        const part = text.slice(0, at);
        text = text.slice(at + end.length);
        if (isData) {
          isData = false;
          const answer = answerTo('END', '250 taken');
          if (answer.startsWith('250')) received.push({ ...mail, data: part });
          say(answer);
          continue;
        }
        const [command = ''] = part.toUpperCase().split(/[ :]/, 1);
        if (command === 'EHLO' || command === 'HELO') say('250 double');
        else if (command === 'MAIL') {
          mail = { from: addressIn(part), to: '', data: '' };
          say(answerTo('MAIL', '250 ok'));
        } else if (command === 'RCPT') {
          mail.to = addressIn(part);
          say(answerTo('RCPT', '250 ok'));
        } else if (command === 'DATA') {
          const answer = answerTo('DATA', '354 go on');
          isData = answer.startsWith('354');
          say(answer);
        } else if (command === 'QUIT') socket.end('221 bye\r\n');
        else say(command === 'RSET' ? '250 ok' : '502 what?');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    refuse: (command, answer, times = 1) => void refusals.push({ command, answer, times }),
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

const addressIn = (line: string) => /<(.*?)>/.exec(line)?.[1] ?? '';
