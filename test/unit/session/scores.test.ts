import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Bench, prepare } from './harness'

before(prepare)

test('fields, energies and chains outlive their cells, and are drawn', async () => {
  const bench = new Bench()
  const cells = [
    `import { data, scoreNetwork, energyNetwork, jointEnergyModel, boltzmannMachine, denoisingAutoencoder, energyField,
       persistentChains, langevin, runChain, train, slicedScoreMatchingVR, plot } from 'genbook'
     const law = data.mixture({ means: [[1, 0], [-1, 0]], deviations: 0.5 })`,
    `const score = scoreNetwork({ dim: 2, hidden: [6] }); const energy = energyNetwork({ dim: 2, hidden: [6] })
     const joint = jointEnergyModel({ dim: 2, classes: 2, hidden: [6] }); const signs = boltzmannMachine({ dim: 3 })
     const given = joint.given(1); const auto = denoisingAutoencoder({ dim: 2, sigma: 0.5, encoder: [6] })
     const chains = persistentChains(law, { size: 16, steps: 2 }); const lifted = energyField((x) => energy.energy(x).add(1))`,
    `await train(score, law, { steps: 2, batch: 8, live: false })
     await train(energy, law, { steps: 2, batch: 8, live: false, loss: (m, x, s) => chains.loss(m, x, s) })
     await train(joint, law, { steps: 2, batch: 8, live: false })
     await train(auto, law, { steps: 2, batch: 8, live: false })
     await train(signs, boltzmannMachine({ dim: 3 }), { steps: 2, batch: 8, live: false })`,
    `const start = tf.randomNormal([4, 2]); const walk = langevin(lifted, { epsilon: 0.1, steps: 3 })`,
    `const end = await runChain(walk, start); const more = await runChain(langevin(given, { epsilon: 0.1, steps: 2 }), start)`,
    `plot.scoreError(score, law, { grid: 6, arrows: 3 }); plot.scoreError(auto, (x) => law.score(x), { grid: 6, arrows: 0 })
     plot.energy(energy, { grid: 6, samples: end }); plot.energy(law, { grid: 6 }); plot.energy((x) => x.sum(1), { grid: 6 })
     plot.bars({ a: { value: 1, error: 0.1 }, b: 2 }, { quantity: 'x' })`,
  ]
  for (const [i, cell] of cells.entries()) {
    const { outcome, events } = await bench.run(cell, `cell ${i}`)
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
    const figures = events.filter(
      (event) => 'bundle' in event && 'application/vnd.plotly.v1+json' in event.bundle,
    )
    assert.equal(
      new Set(figures.map((event) => ('id' in event ? event.id : ''))).size,
      i === cells.length - 1 ? 6 : 0,
    )
  }
})

test('what cannot be drawn is refused in words', async () => {
  const bench = new Bench()
  await bench.run(
    "import { data, plot, vp, exact } from 'genbook'; const none = undefined as any; const law = data.mixture({ means: [[0, 0]] })",
  )
  const cases: [string, RegExp][] = [
    ['plot.energy(none)', /^plot\.energy draws an energy/],
    ['plot.energy(law, { grid: 1 })', /grid must be a whole number from 2/],
    ['plot.energy(law, { range: 3 })', /range must be a rising pair/],
    ['plot.scoreError(law, none)', /draws a denoiser, a field/],
    ['plot.scoreError(exact(vp(), law), law)', /say which, as \{ t: 0\.1 \}/],
    ['plot.scoreError(law, law, { arrows: 1 })', /arrows must be a whole number/],
    ['plot.bars(none)', /a record of numbers by name/],
    ['plot.bars({ a: NaN })', /The bar a is NaN/],
  ]
  for (const [cell, message] of cases) {
    const { error } = await bench.run(`await (${cell} as any)`)
    assert.match(error.message, message)
  }
})
