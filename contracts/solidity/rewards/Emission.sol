// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice How much a class of devices in a region was used in an epoch.
struct ClassUse {
    bytes32 class_;
    /// Share of the budget, basis points; all classes together at most 10,000.
    uint16 weightBps;
    uint16 utilisationBps;
    /// The use that supply is sized for.
    uint16 targetBps;
}

/// @title How much an epoch may emit, as arithmetic on its number and its use
/// @notice Two streams. The share of capacity (proved, ready) falls as use rises, from `capacityShareIdleBps` when nothing is used to
/// `capacityShareFullBps` when everything is. A class's part of the capacity stream is gated by min(1, use / target), with a cold-start floor
/// that halves every `floorHalving` epochs. What the gate holds back is never made.
library Emission {
    uint256 internal constant BPS = 10_000;

    struct Schedule {
        /// Token base units in the first epoch.
        uint96 first;
        /// Epochs after which the budget of an epoch halves.
        uint32 halving;
        uint16 capacityShareIdleBps;
        uint16 capacityShareFullBps;
        uint16 floorBps;
        uint32 floorHalving;
    }

    error ClassWeightsTooHigh(uint256 sum);
    error ClassTargetZero(bytes32 class_);

    function budget(Schedule memory s, uint64 epoch) internal pure returns (uint256) {
        uint256 halvings = epoch / s.halving;
        return halvings > 127 ? 0 : uint256(s.first) >> halvings;
    }

    /// @return capacity and `delivery`: the most that each stream may emit in an epoch, token base units
    function allowed(Schedule memory s, uint64 epoch, ClassUse[] memory classes)
        internal
        pure
        returns (uint256 capacity, uint256 delivery)
    {
        uint256 total = budget(s, epoch);
        uint256 floor_ = s.floorBps >> (epoch / s.floorHalving > 15 ? 15 : epoch / s.floorHalving);
        uint256 weights;
        for (uint256 i; i < classes.length; ++i) {
            ClassUse memory c = classes[i];
            if (c.targetBps == 0) revert ClassTargetZero(c.class_);
            weights += c.weightBps;
            uint256 use = c.utilisationBps > BPS ? BPS : c.utilisationBps;
            uint256 share = total * c.weightBps / BPS;
            uint256 toCapacity = share * capacityShare(s, use) / BPS;
            delivery += share - toCapacity;
            uint256 gate = use * BPS / c.targetBps;
            if (gate > BPS) gate = BPS;
            if (gate < floor_) gate = floor_;
            capacity += toCapacity * gate / BPS;
        }
        if (weights > BPS) revert ClassWeightsTooHigh(weights);
    }

    function capacityShare(Schedule memory s, uint256 useBps) internal pure returns (uint256) {
        return
            s.capacityShareIdleBps - (uint256(s.capacityShareIdleBps) - s.capacityShareFullBps) * useBps / BPS;
    }
}
