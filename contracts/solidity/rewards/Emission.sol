// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice How much a class of devices in a region was used in an epoch.
struct ClassUse {
    bytes32 class_;
    /// Share of the budget, basis points; all classes together at most 10,000, and each within `scarcityCapBps` of an equal share.
    uint16 weightBps;
    uint16 utilisationBps;
    /// The use that supply is sized for.
    uint16 targetBps;
}

/// @title How much an epoch may emit, as arithmetic on its number and its use
/// @notice Two streams. The share of capacity (proved, ready) falls as use rises, from `capacityShareIdleBps` when nothing is used to
/// `capacityShareFullBps` when everything is. What a class may emit, in both streams, is gated by min(1, use / target), with a cold-start floor
/// that halves every `floorHalving` epochs. What the gate holds back is never made. Scarce classes weigh more than an equal share, up to a bound.
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
        /// The most that a class may weigh, basis points of an equal share; at least 10,000.
        uint32 scarcityCapBps;
    }

    error ClassWeightsTooHigh(uint256 sum);
    error ClassTargetZero(bytes32 class_);
    error ClassWeightTooHigh(bytes32 class_, uint256 weightBps, uint256 mostBps);
    /// @notice Thrown when classes do not rise by their names, so that none can be there twice.
    error ClassesNotSorted(bytes32 class_);

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
        _requireOrder(s, classes);
        for (uint256 i; i < classes.length; ++i) {
            (uint256 toCapacity, uint256 toDelivery) = _allowed(s, total, floor_, classes[i]);
            capacity += toCapacity;
            delivery += toDelivery;
        }
    }

    function _allowed(Schedule memory s, uint256 total, uint256 floor_, ClassUse memory c)
        private
        pure
        returns (uint256 capacity, uint256 delivery)
    {
        uint256 use = c.utilisationBps > BPS ? BPS : c.utilisationBps;
        uint256 gate = use * BPS / c.targetBps;
        if (gate > BPS) gate = BPS;
        if (gate < floor_) gate = floor_;
        uint256 share = total * c.weightBps * gate / (BPS * BPS);
        capacity = share * capacityShare(s, use) / BPS;
        delivery = share - capacity;
    }

    /// Each class once, with a target, and none weighing more than it may.
    function _requireOrder(Schedule memory s, ClassUse[] memory classes) private pure {
        uint256 weights;
        uint256 most = classes.length == 0 ? 0 : s.scarcityCapBps / classes.length;
        for (uint256 i; i < classes.length; ++i) {
            ClassUse memory c = classes[i];
            if (c.targetBps == 0) revert ClassTargetZero(c.class_);
            if (i != 0 && c.class_ <= classes[i - 1].class_) revert ClassesNotSorted(c.class_);
            if (c.weightBps > most) revert ClassWeightTooHigh(c.class_, c.weightBps, most);
            weights += c.weightBps;
        }
        if (weights > BPS) revert ClassWeightsTooHigh(weights);
    }

    function capacityShare(Schedule memory s, uint256 useBps) internal pure returns (uint256) {
        return
            s.capacityShareIdleBps - (uint256(s.capacityShareIdleBps) - s.capacityShareFullBps) * useBps / BPS;
    }
}
