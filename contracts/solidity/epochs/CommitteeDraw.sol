// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @title Which checkers a seed draws, by stake
/// @notice The same function is in the protocol package (`drawCommittee`); a differential test holds the two together.
library CommitteeDraw {
    /// @notice Draws without putting back; a checker's weight is its stake plus one base unit, so that a network without stake draws too.
    /// @param purpose what the committee is for; other purposes get other committees from the same seed
    /// @return members `size` of them, or all where there are fewer, in the order drawn
    function draw(
        bytes32 seed,
        bytes32 purpose,
        uint256 size,
        address[] memory checkers,
        uint96[] memory stakes
    ) internal pure returns (address[] memory members) {
        uint256 count = checkers.length;
        if (size > count) size = count;
        members = new address[](size);
        uint256[] memory weights = new uint256[](count);
        uint256 total;
        for (uint256 i; i < count; ++i) {
            weights[i] = uint256(stakes[i]) + 1;
            total += weights[i];
        }
        for (uint256 i; i < size; ++i) {
            uint256 ticket = uint256(keccak256(abi.encode(seed, purpose, i))) % total;
            uint256 j;
            while (ticket >= weights[j]) {
                ticket -= weights[j];
                ++j;
            }
            members[i] = checkers[j];
            total -= weights[j];
            weights[j] = 0;
        }
    }
}
