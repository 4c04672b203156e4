/** Models are compared in lower case without spaces: `RTX 4090` is `rtx4090`. */
export function normalModel(model: string): string {
  return model.toLowerCase().replace(/\s+/g, '')
}

/** Who makes a model, by how it is named; NVIDIA where the name does not tell. */
export function vendorOfModel(model: string): string {
  const normal = normalModel(model)
  if (/^(mi\d|rx\d|radeon|instinct|w[67]\d{3})/.test(normal)) return 'amd'
  if (/^(arc|gaudi|flex|max1|b580|b570)/.test(normal)) return 'intel'
  if (/^m[1-9](pro|max|ultra)?$/.test(normal)) return 'apple'
  return 'nvidia'
}
