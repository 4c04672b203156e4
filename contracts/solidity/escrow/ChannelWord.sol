// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice A voucher channel in one slot: 96 bits redeemed, 96 of collateral, 40 of the instant at which it unlocks, 16 of the treasury's
/// fee (low bits first).
type ChannelWord is uint256;

using ChannelWords for ChannelWord global;

library ChannelWords {
    uint256 private constant MASK96 = type(uint96).max;
    uint256 private constant AMOUNTS = (1 << 192) - 1;

    function pack(uint256 collateral_, uint256 redeemed_, uint256 unlockAt_, uint256 feeBps)
        internal
        pure
        returns (ChannelWord)
    {
        return ChannelWord.wrap(redeemed_ | (collateral_ << 96) | (unlockAt_ << 192) | (feeBps << 232));
    }

    function redeemed(ChannelWord word) internal pure returns (uint256) {
        return ChannelWord.unwrap(word) & MASK96;
    }

    function collateral(ChannelWord word) internal pure returns (uint256) {
        return (ChannelWord.unwrap(word) >> 96) & MASK96;
    }

    function unlockAt(ChannelWord word) internal pure returns (uint256) {
        return uint40(ChannelWord.unwrap(word) >> 192);
    }

    function treasuryFeeBps(ChannelWord word) internal pure returns (uint256) {
        return uint16(ChannelWord.unwrap(word) >> 232);
    }

    function withAmounts(ChannelWord word, uint256 collateral_, uint256 redeemed_)
        internal
        pure
        returns (ChannelWord)
    {
        return ChannelWord.wrap((ChannelWord.unwrap(word) & ~AMOUNTS) | redeemed_ | (collateral_ << 96));
    }
}
