/** Of this provider's software, as it tells others. */
export const providerVersion = '0.1.0'
