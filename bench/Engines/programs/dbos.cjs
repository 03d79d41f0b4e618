const { url, load, tell, sleep, run } = require('./common.cjs');
(async () => {
  const { DBOS } = load('@dbos-inc/dbos-sdk');
  const flows = {};
  const define = (name, work) => flows[name] = DBOS.registerWorkflow(async (...args) => {
    const id = DBOS.workflowID;
    tell({ e: 'start', id, name });
    try { await work(...args); tell({ e: 'ok', id, name }); } catch (error) { tell({ e: 'fail', id, name, final: true }); throw error; }
  }, { name });
  const add = async (name, ...args) => {
    const handle = await DBOS.startWorkflow(flows[name], { queueName: name === 'report' ? 'nobody' : 'main' })(...args);
    tell({ e: 'enq', id: handle.workflowID, name });
    return handle.workflowID;
  };
  define('sync', async run => { for (let page = 1; page <= 5; page++) await add('page', run, page); for (let i = 0; i < 3; i++) await add('report', i); });
  define('page', async (run, page) => { for (let d = 1; d <= 4; d++) await add('detail', run, (page - 1) * 4 + d); if (page === 4) throw new Error('Page 4 is broken: HTTP 500'); });
  const fetch = DBOS.registerStep(async k => { if (k % 10 === 9) throw new Error(`detail ${k}: gone for good`); return k; }, { name: 'fetch' });
  define('detail', async (run, k) => { await fetch(k); if (k % 2 === 0) await add('show', k); });
  define('show', async () => { await sleep(10); });
  define('report', async () => { });
  DBOS.setConfig({ name: 'pipe', systemDatabaseUrl: url, runAdminServer: false, logLevel: 'error' });
  await DBOS.launch();
  await DBOS.registerQueue('main', { workerConcurrency: 8, minPollingIntervalMs: 200 });
  await run((name, data) => add(name, data.run));
})();
