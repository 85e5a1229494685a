import { time, type Benchmark } from './benchmark'
import { startNodeSession } from './node'

const steps = 200
const samples = 4096

const benchmark: Benchmark = {
  title: 'Training and sampling: moons, three hidden layers of 128, batches of 512, DDIM in 50 steps',
  async run(report) {
    let measured = ''
    for (const backend of ['wasm', 'auto'] as const) {
      const { run, device, dispose } = await startNodeSession(backend)
      // On a machine without a GPU, both are the same.
      if (device === measured) {
        dispose()
        continue
      }
      measured = device
      await run(
        "import { data, vp, mlp, denoiser, train, sample, ddim } from 'genbook'\n" +
          'const moons = data.moons({ noise: 0.05 })\n' +
          "const model = denoiser(vp({ betaMin: 0.1, betaMax: 20 }), mlp({ dim: 2, hidden: [128, 128, 128] }), { predicts: 'noise' })",
      )
      const training = (count: number) =>
        `await train(model, moons, { steps: ${count}, batch: 512, rate: 1e-3 })`
      // Shaders and buffers are made on the first steps.
      await run(training(10))
      const trained = await time(() => run(training(steps)))
      report(`${device}: training`, `${((1000 * steps) / trained).toFixed(0)} steps/s`)
      const sampling = `await (await sample(ddim(model, { steps: 50 }), ${samples})).data()`
      await run(sampling)
      const sampled = await time(() => run(sampling))
      report(`${device}: sampling`, `${((1000 * samples) / sampled).toFixed(0)} samples/s`)
      dispose()
    }
  },
}

export default benchmark
