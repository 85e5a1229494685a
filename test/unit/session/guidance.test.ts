import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { Bench, prepare } from './harness'

before(prepare)

test('classifiers, guided models, measurements and adaptations outlive their cells, and are drawn', async () => {
  const bench = new Bench()
  const cells = [
    `import { ancestral, autoguidance, classifier, classifierFree, classifierGuidance, controlNet, data, ddim, denoiser, diffpir, dps,
       dpsGuide, guided, guidedKernel, guideOf, implicitGuide, intervalGuidance, lora, mask, measurement, mlp, pigdm, plot, projection,
       repaint, replacement, reverseKernel, sample, sdedit, telling, train, twisted, vp } from 'genbook'
     const law = data.mixture({ means: [[1, 0], [-1, 0]], deviations: 0.5 }); const process = vp()`,
    // Everything that follows is reachable through closures alone: the names of what they keep are gone.
    `const make = (conditions?: any) => denoiser(process, mlp({ dim: 2, hidden: [6], embedding: 4, ...(conditions && { conditions }) }))
     const judge = classifier(process, mlp({ dim: 2, outputs: 2, hidden: [6], embedding: 4 }), { classes: 2 })
     const free = classifierFree(make({ class: 2 }), { class: 1 }, { scale: 2 })
     const between = intervalGuidance(make({ y: 2 }), { y: tf.tensor2d([[1, 2], [0, 1]]) }, { scale: 2, levels: [0.1, 2] })
     const auto = autoguidance(make(), make(), { weight: 2 })
     const byClass = classifierGuidance(make(), judge, { class: 0 })
     const implied = guided(make(), implicitGuide(make({ class: 2 }), { class: 0 }))
     const kernel = guidedKernel(reverseKernel(make()), guideOf((x) => x.sum(1)))
     const seen = measurement(mask([1, 0]), tf.tensor2d([[0.5], [0.6]]), { noise: 0.1 })
     const samplers = [ancestral(make(), { steps: 2, after: replacement(process, seen) }), repaint(make(), seen, { steps: 2, resamplings: 2 }),
       ddim(projection(make(), seen), { steps: 2, end: 0.1 }), dps(make(), seen, { steps: 2 }), pigdm(make(), seen, { steps: 2 }),
       diffpir(make(), seen, { steps: 2 }), twisted(make(), seen, { steps: 2 }), ancestral(guided(make(), dpsGuide(make(), seen)), { steps: 2 })]
     const adapted = lora(make(), { rank: 1 }); const half = adapted.withScale(0.5)
     const controlled = controlNet(make(), { name: 'y', length: 2 })
     const offset = tf.tensor1d([1, 2]); const pairs = telling(law, (x) => ({ y: x.add(offset) }))`,
    `await train(judge, law, { steps: 2, batch: 8, live: false })
     await train(adapted, law, { steps: 2, batch: 8, live: false })
     await train(controlled, pairs, { steps: 2, batch: 8, live: false })`,
    `for (const model of [free, between, auto, byClass, implied, half]) await sample(ancestral(model, { steps: 2 }), 2)
     for (const sampler of samplers) await sample(sampler, 2)
     await sample(ancestral(kernel, { steps: 2 }), 2)
     const edited = await sdedit(half, tf.zeros([3, 2]), { from: 0.5, steps: 2 })`,
    `plot.guidance([{ scale: 1, quality: -1, diversity: 2 }, { scale: 2, quality: -0.5, diversity: 1 }])
     plot.guidance([{ setting: 0.1, x: 1, y: 2 }], { setting: 't', axes: ['a', 'b'], title: 'One' })`,
  ]
  for (const [i, cell] of cells.entries()) {
    const { outcome, events } = await bench.run(cell, `cell ${i}`)
    assert.equal(outcome.status, 'ok', JSON.stringify(outcome))
    const figures = events.filter(
      (event) => 'bundle' in event && 'application/vnd.plotly.v1+json' in event.bundle,
    )
    assert.equal(
      new Set(figures.map((event) => ('id' in event ? event.id : ''))).size,
      i === cells.length - 1 ? 2 : 0,
    )
  }
})

test('a trade-off that cannot be drawn is refused in words', async () => {
  const bench = new Bench()
  await bench.run("import { plot } from 'genbook'; const none = undefined as any")
  const cases: [string, RegExp][] = [
    ['plot.guidance(none)', /^plot\.guidance draws an array of points/],
    ['plot.guidance([])', /there is no point to draw/],
    ['plot.guidance([none])', /point 0 must be \{ scale, diversity, quality \}/],
    ['plot.guidance([{ setting: 1, x: NaN, y: 1 }])', /finite/],
  ]
  for (const [cell, message] of cases) {
    const { error } = await bench.run(`await (${cell} as any)`)
    assert.match(error.message, message)
  }
})
