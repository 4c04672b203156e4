// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Accrual} from "./Accrual.sol";
import {EscrowSignatures} from "./EscrowSignatures.sol";
import {Channel, Voucher} from "./EscrowTypes.sol";

/// @title Voucher channels: collateral set aside once, and a signed total that only grows
/// @notice A channel never starts over: `redeemed` stands through unlocking and refunding, so an old voucher is worth nothing
/// twice. The tenant's collateral leaves only after a delay in which the provider can redeem first.
abstract contract EscrowChannels is EscrowSignatures {
    bytes32 internal constant VOUCHER_TYPEHASH =
        keccak256("Voucher(address tenant,address provider,address token,uint96 total)");

    /// @notice How long a provider has to redeem once the tenant asked for its collateral, seconds.
    uint32 public constant UNLOCK_DELAY = 1 days;

    mapping(address provider => mapping(address token => mapping(address tenant => Channel))) private
        _channels;
    mapping(address tenant => mapping(address provider => mapping(address token => address))) private
        _channelSigners;

    /// @notice Sets collateral aside from the caller's balance; it also takes back an unlock that was asked for.
    function fundChannel(address provider, address token, uint96 amount) external {
        if (amount == 0) revert ZeroAmount();
        if (provider == address(0)) revert ZeroAddress();
        Channel storage c = _channels[provider][token][msg.sender];
        if (c.collateral == 0) c.treasuryFeeBps = _config.treasuryFeeBps;
        _debit(msg.sender, token, amount);
        c.collateral += amount;
        c.unlockAt = 0;
        emit ChannelFunded(msg.sender, provider, token, amount, c.collateral);
    }

    /// @notice Names a key that may sign the caller's vouchers beside its own; zero names none. Smart accounts need one.
    function setChannelSigner(address provider, address token, address signer) external {
        _channelSigners[msg.sender][provider][token] = signer;
        emit ChannelSignerSet(msg.sender, provider, token, signer);
    }

    /// @notice Starts the delay after which the caller may take its collateral back.
    function requestUnlock(address provider, address token) external {
        Channel storage c = _channels[provider][token][msg.sender];
        if (c.collateral == 0) revert ZeroAmount();
        c.unlockAt = uint40(block.timestamp + UNLOCK_DELAY);
        emit ChannelUnlockRequested(msg.sender, provider, token, c.unlockAt);
    }

    /// @notice Returns the collateral that was not redeemed to the caller's balance.
    function unlock(address provider, address token) external {
        Channel storage c = _channels[provider][token][msg.sender];
        uint40 unlockAt = c.unlockAt;
        if (unlockAt == 0) revert UnlockNotRequested();
        if (block.timestamp < unlockAt) revert UnlockTooEarly(unlockAt, block.timestamp);
        uint96 returned = c.collateral;
        c.collateral = 0;
        c.unlockAt = 0;
        _credit(msg.sender, token, returned);
        emit ChannelUnlocked(msg.sender, provider, token, returned);
    }

    /// @notice Pays a voucher into the provider's balance, as far as the collateral goes. Anyone may send it.
    /// @return paid token base units, fees included; 0 when the voucher says nothing new
    function redeem(address provider, address token, Voucher calldata voucher)
        external
        returns (uint96 paid)
    {
        uint256 fee;
        (paid, fee) = _redeem(_channels[provider][token], provider, token, voucher);
        _credit(provider, token, paid - fee);
        _owe(token, fee);
    }

    /// @notice Pays several tenants' vouchers to one provider; a voucher that says nothing new is passed over.
    function redeemBatch(address provider, address token, Voucher[] calldata vouchers)
        external
        returns (uint256 paid)
    {
        mapping(address => Channel) storage channels = _channels[provider][token];
        uint256 fees;
        for (uint256 i; i < vouchers.length; ++i) {
            (uint96 one, uint256 fee) = _redeem(channels, provider, token, vouchers[i]);
            paid += one;
            fees += fee;
        }
        _credit(provider, token, paid - fees);
        _owe(token, fees);
    }

    function channel(address tenant, address provider, address token) external view returns (Channel memory) {
        return _channels[provider][token][tenant];
    }

    function channelSigner(address tenant, address provider, address token) external view returns (address) {
        return _channelSigners[tenant][provider][token];
    }

    /// @notice The digest that a voucher's signer signs.
    function hashVoucher(address tenant, address provider, address token, uint96 total)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(VOUCHER_TYPEHASH, tenant, provider, token, total)));
    }

    function _redeem(
        mapping(address => Channel) storage channels,
        address provider,
        address token,
        Voucher calldata voucher
    ) private returns (uint96 paid, uint256 fee) {
        address tenant = voucher.tenant;
        Channel memory c = channels[tenant];
        if (voucher.total <= c.redeemed || c.collateral == 0) return (0, 0);
        bytes32 digest = hashVoucher(tenant, provider, token, voucher.total);
        (address signer,,) = ECDSA.tryRecover(digest, voucher.r, voucher.vs);
        if (signer != tenant && (signer == address(0) || signer != _channelSigners[tenant][provider][token]))
        {
            revert SignatureInvalid(tenant, signer);
        }
        unchecked {
            paid = voucher.total - c.redeemed;
            if (paid > c.collateral) paid = c.collateral;
            fee = Accrual.share(c.redeemed, uint256(c.redeemed) + paid, c.treasuryFeeBps);
            c.redeemed += paid;
            c.collateral -= paid;
        }
        channels[tenant] = c;
        emit VoucherRedeemed(tenant, provider, token, c.redeemed, paid);
    }
}
