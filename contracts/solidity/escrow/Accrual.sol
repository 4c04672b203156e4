// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {AgreementFields} from "./AgreementFields.sol";
import {Agreement} from "./EscrowTypes.sol";

/// @title How a lease earns, as arithmetic on its terms and the clock
/// @notice Every division rounds down, so a lease never pays more than rate × time nor more than its deposit.
library Accrual {
    using AgreementFields for Agreement;

    uint256 internal constant SECONDS_PER_HOUR = 3600;
    uint256 internal constant BPS = 10_000;

    /// @param total deposit and top-ups, at most 96 bits
    /// @return end the first second (unix, at most 40 bits) that is not paid for: funds or longest duration used up
    function fundedUntil(Agreement calldata a, uint256 openedAt, uint256 total, uint256 creditSeconds)
        internal
        pure
        returns (uint256 end)
    {
        // Nothing here can overflow: every input has at most 96 bits.
        unchecked {
            end = type(uint40).max;
            uint256 duration = a.rawMaxDuration();
            if (duration != 0) end = openedAt + duration;
            uint256 rate = a.rawRatePerHour();
            if (rate != 0) {
                uint256 funded = openedAt + (total * SECONDS_PER_HOUR) / rate + creditSeconds;
                if (funded < end) end = funded;
            }
        }
    }

    /// @return amount earned by `now_`, all shares together, token base units
    function accrued(
        Agreement calldata a,
        uint256 openedAt,
        uint256 total,
        uint256 creditSeconds,
        uint256 end,
        uint256 now_
    ) internal pure returns (uint256 amount) {
        unchecked {
            uint256 elapsed = (now_ < end ? now_ : end) - openedAt;
            elapsed = elapsed > creditSeconds ? elapsed - creditSeconds : 0;
            amount = (a.rawRatePerHour() * elapsed) / SECONDS_PER_HOUR;
            if (amount > total) amount = total;
        }
    }

    /// @notice The share of a draw from `before` to `after_` (cumulative totals of at most 96 bits). The shares of many small
    /// draws add up to the share of one large draw, so drawing often does not round a fee away.
    function share(uint256 before, uint256 after_, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return (after_ * bps) / BPS - (before * bps) / BPS;
        }
    }
}
