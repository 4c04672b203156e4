// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

/// @notice Income that becomes the holders' evenly over time.
struct Release {
    /// What was still to come at `from`, asset base units.
    uint128 amount;
    /// Unix seconds.
    uint40 from;
    uint40 until;
}

/// @title Income spread over time
/// @notice Money that came in at one instant would all be whoever's holds shares at that instant: spread out, a share that is bought before it and sold after
/// it earns for the time that it was held and no more.
library IncomeRelease {
    uint256 internal constant SECONDS = 7 days;

    /// @return what is still to come at an instant from `from` on
    function remaining(Release memory r, uint256 now_) internal pure returns (uint256) {
        if (now_ >= r.until) return 0;
        return (uint256(r.amount) * (r.until - now_)) / (r.until - r.from);
    }

    /// Adds income. What was on its way keeps its pace on average, so that dust cannot hold it up.
    function add(Release memory r, uint256 income, uint256 now_) internal pure returns (Release memory) {
        uint256 standing = remaining(r, now_);
        uint256 left = now_ < r.until ? r.until - now_ : 0;
        uint256 sum = standing + income;
        uint256 seconds_ = (standing * left + income * SECONDS) / sum;
        if (seconds_ == 0) seconds_ = 1;
        return Release(uint128(sum), uint40(now_), uint40(now_ + seconds_));
    }

    /// Lets go of a part at once.
    function hasten(Release memory r, uint256 amount, uint256 now_) internal pure returns (Release memory) {
        uint256 standing = remaining(r, now_);
        uint256 rest = amount < standing ? standing - amount : 0;
        return Release(uint128(rest), uint40(now_), rest == 0 ? uint40(now_) : r.until);
    }
}
