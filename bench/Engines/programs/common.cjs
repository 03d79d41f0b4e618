// What the programs share: a pipeline of sync → 5 pages → 4 details → shows, with failures for good, failures that a retry heals, jobs for later and for in two seconds, cancelled jobs, and a queue that nobody serves.
// usage: node <program> <folder of modules> <url of the database> <log> <roots> <seconds> <seconds until what has ended is pruned>; without roots it only works.
const fs = require('fs');
const { AsyncLocalStorage } = require('async_hooks');
const [,, modules, url, log, roots, seconds, prunedAfter] = process.argv;
const current = new AsyncLocalStorage();
const sleep = ms => new Promise(done => setTimeout(done, ms));
const tell = what => fs.appendFileSync(log, JSON.stringify({ t: Date.now(), ...what }) + '\n');
// What was told so far, by whichever process.
const told = () => fs.existsSync(log) ? fs.readFileSync(log, 'utf8').split('\n').filter(line => line.endsWith('}')).map(line => JSON.parse(line)) : [];
const load = name => require(require.resolve(name, { paths: [modules] }));
// Runs an attempt, with what it makes as its children, and tells how it ended.
const attempt = async (id, name, isLast, work) => {
  tell({ e: 'start', id, name });
  try { await current.run(id, work); tell({ e: 'ok', id, name }); }
  catch (error) { tell({ e: 'fail', id, name, final: isLast }); throw error; }
};
// `cancel` is the engine's own way to take back a job that waits; `fail`, where the engine has one, ends such a job as failed, by hand.
const pipeline = (add, cancel, fail) => ({
  sync: async (data, n) => {
    for (let page = 1; page <= 5; page++) await add('page', { run: data.run, page });
    for (let i = 0; i < 3; i++) await add('report', { i });
    for (let i = 0; i < 2; i++) await add('show', { later: i }, { later: true });
    await add('show', { soon: 1 }, { soon: true });
    for (let i = 0; i < 2; i++) {
      const key = `c${data.run}-${i}`, id = await add('show', { cancel: i }, { later: true, key });
      await cancel(id, key);
      tell({ e: 'cancel', id, name: 'show' });
    }
    if (fail) { const id = await add('show', { byHand: 1 }, { later: true }); await fail(id); tell({ e: 'fail', id, name: 'show', final: true }); }
  },
  page: async (data, n) => {
    await sleep(20);
    if (n === 0) for (let d = 1; d <= 4; d++) await add('detail', { run: data.run, k: (data.page - 1) * 4 + d });
    if (data.page === 4) throw new Error('Page 4 is broken: HTTP 500');
  },
  detail: async (data, n) => {
    await sleep(20);
    if (data.k % 10 === 9) throw new Error(`detail ${data.k}: gone for good`);
    if (data.k % 7 === 3 && n === 0) throw new Error(`detail ${data.k}: flaky`);
    if (data.k % 2 === 0) await add('show', { k: data.k });
  },
  show: async () => { await sleep(10); },
});
const run = async add => {
  for (let r = 0; r < +roots; r++) { await add('sync', { run: r, password: 'hunter2' }); await sleep(300); }
  tell({ e: 'made' });
  await sleep(+seconds * 1000);
  process.exit(0);
};
process.on('unhandledRejection', error => { console.error(error); process.exit(1); });
module.exports = { prunedAfter: +prunedAfter, url, load, sleep, tell, told, current, attempt, pipeline, run };
