/** What commands of TeX look like where a text may have Unicode but no layout. */

const listed = (pairs: string): Record<string, string> =>
  Object.fromEntries(pairs.split(' ').map((pair) => pair.split('=') as [string, string]))

/** Letters and signs by their commands. */
export const SIGNS: Readonly<Record<string, string>> = listed(
  'alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ vartheta=ϑ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ ' +
    'varsigma=ς tau=τ upsilon=υ phi=φ varphi=φ chi=χ psi=ψ omega=ω Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Phi=Φ Psi=Ψ Omega=Ω ' +
    'nabla=∇ partial=∂ sum=∑ prod=∏ int=∫ infty=∞ ell=ℓ hbar=ℏ emptyset=∅ varnothing=∅ forall=∀ exists=∃ top=⊤ dagger=† prime=′ angle=∠ ' +
    'ldots=… dots=… cdots=⋯ vdots=⋮ langle=⟨ lVert=‖ Vert=‖ lvert=| vert=| lfloor=⌊ lceil=⌈ lbrace={',
)

/** Signs that close what another opened. */
export const CLOSING: Readonly<Record<string, string>> = listed(
  'rangle=⟩ rVert=‖ rvert=| rfloor=⌋ rceil=⌉ rbrace=}',
)

/** Signs that have room on both sides. */
export const BETWEEN: Readonly<Record<string, string>> = listed(
  'cdot=· times=× pm=± mp=∓ circ=∘ odot=⊙ oplus=⊕ otimes=⊗ ast=∗ le=≤ leq=≤ ge=≥ geq=≥ ne=≠ neq=≠ ll=≪ gg=≫ approx=≈ sim=∼ simeq=≃ equiv=≡ propto=∝ to=→ ' +
    'rightarrow=→ leftarrow=← leftrightarrow=↔ Rightarrow=⇒ Leftarrow=⇐ iff=⇔ implies=⇒ mapsto=↦ in=∈ notin=∉ subset=⊂ subseteq=⊆ cup=∪ cap=∩ setminus=∖ mid=| parallel=‖ perp=⊥ colon=: land=∧ lor=∨',
)

/** Names that are set upright. */
export const NAMES: ReadonlySet<string> = new Set(
  'log ln exp sin cos tan sinh cosh tanh arctan max min sup inf arg det dim lim tr Pr gcd mod'.split(' '),
)

/** Commands that change how what follows is drawn, and nothing that is read. */
export const SILENT: ReadonlySet<string> = new Set(
  'left right big Big bigl bigr Bigl Bigr bigg Bigg middle displaystyle textstyle limits nolimits'.split(' '),
)

/** Marks over a letter. */
export const ACCENTS: Readonly<Record<string, string>> = {
  ...{
    hat: '\u0302',
    widehat: '\u0302',
    bar: '\u0304',
    overline: '\u0304',
    tilde: '\u0303',
    widetilde: '\u0303',
  },
  ...{ dot: '\u0307', ddot: '\u0308', vec: '\u20d7', check: '\u030c' },
}

/** Letters of a font, where they are told apart by it. */
export const FONTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  mathbb: listed('E=𝔼 R=ℝ N=ℕ Z=ℤ Q=ℚ C=ℂ P=ℙ V=𝕍 1=𝟙'),
  mathcal: listed('A=𝒜 B=ℬ C=𝒞 D=𝒟 E=ℰ F=ℱ G=𝒢 H=ℋ K=𝒦 L=ℒ M=ℳ N=𝒩 O=𝒪 P=𝒫 S=𝒮 T=𝒯 U=𝒰 V=𝒱 W=𝒲 X=𝒳 Y=𝒴 Z=𝒵'),
  ...Object.fromEntries(
    'mathbf boldsymbol bm mathrm mathit mathsf operatorname text textrm textbf'
      .split(' ')
      .map((font) => [font, {}]),
  ),
}

export const RAISED: Readonly<Record<string, string>> = listed(
  '0=⁰ 1=¹ 2=² 3=³ 4=⁴ 5=⁵ 6=⁶ 7=⁷ 8=⁸ 9=⁹ +=⁺ −=⁻ (=⁽ )=⁾ i=ⁱ n=ⁿ k=ᵏ T=ᵀ ⊤=ᵀ ′=′ *=* ∗=* †=†',
)
export const LOWERED: Readonly<Record<string, string>> = listed(
  '0=₀ 1=₁ 2=₂ 3=₃ 4=₄ 5=₅ 6=₆ 7=₇ 8=₈ 9=₉ +=₊ −=₋ (=₍ )=₎ a=ₐ e=ₑ h=ₕ i=ᵢ j=ⱼ k=ₖ l=ₗ m=ₘ n=ₙ o=ₒ p=ₚ r=ᵣ s=ₛ t=ₜ u=ᵤ v=ᵥ x=ₓ β=ᵦ γ=ᵧ ρ=ᵨ φ=ᵩ χ=ᵪ',
)
