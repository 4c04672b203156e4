// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Accrual} from "./Accrual.sol";
import {ChannelWord, ChannelWords} from "./ChannelWord.sol";
import {EscrowSignatures} from "./EscrowSignatures.sol";
import {Channel, Voucher} from "./EscrowTypes.sol";
import {Recover} from "./Recover.sol";

/// @title Voucher channels: collateral set aside once, and a signed total that only grows
/// @notice A channel never starts over: `redeemed` stands through unlocking and refunding, so an old voucher is worth nothing
/// twice. The tenant's collateral leaves only after a delay in which the provider can redeem first.
abstract contract EscrowChannels is EscrowSignatures {
    bytes32 internal constant VOUCHER_TYPEHASH =
        keccak256("Voucher(address tenant,address provider,address token,uint96 total)");

    /// @notice How long a provider has to redeem once the tenant asked for its collateral, seconds.
    uint32 public constant UNLOCK_DELAY = 1 days;

    mapping(address provider => mapping(address token => mapping(address tenant => ChannelWord))) private
        _channels;
    mapping(address tenant => mapping(address provider => mapping(address token => address))) private
        _channelSigners;
    /// Unix seconds until which a key that its tenant named before still counts.
    mapping(
        address tenant
            => mapping(address provider => mapping(address token => mapping(address signer => uint256 until)))
    ) private _formerSigners;

    /// @notice Sets collateral aside from the caller's balance; it also takes back an unlock that was asked for.
    function fundChannel(address provider, address token, uint96 amount) external {
        if (amount == 0) revert ZeroAmount();
        if (provider == address(0)) revert ZeroAddress();
        ChannelWord c = _channels[provider][token][msg.sender];
        uint256 standing = c.collateral();
        if (standing + amount > type(uint96).max) {
            revert ParameterOutOfRange("amount", amount, type(uint96).max - standing);
        }
        uint256 feeBps = standing == 0 ? _config.treasuryFeeBps : c.treasuryFeeBps();
        _debit(msg.sender, token, amount);
        _channels[provider][token][msg.sender] = ChannelWords.pack(standing + amount, c.redeemed(), 0, feeBps);
        emit ChannelFunded(msg.sender, provider, token, amount, uint96(standing + amount));
    }

    /// @notice Names a key that may sign the caller's vouchers beside its own; zero names none. Smart accounts need one. The key named
    /// before counts for `UNLOCK_DELAY` longer, so that what it signed can be redeemed.
    function setChannelSigner(address provider, address token, address signer) external {
        address former = _channelSigners[msg.sender][provider][token];
        if (former != address(0) && former != signer) {
            _formerSigners[msg.sender][provider][token][former] = block.timestamp + UNLOCK_DELAY;
        }
        _channelSigners[msg.sender][provider][token] = signer;
        emit ChannelSignerSet(msg.sender, provider, token, signer);
    }

    /// @notice Starts the delay after which the caller may take its collateral back.
    function requestUnlock(address provider, address token) external {
        ChannelWord c = _channels[provider][token][msg.sender];
        if (c.collateral() == 0) revert ZeroAmount();
        uint256 unlockAt = block.timestamp + UNLOCK_DELAY;
        _channels[provider][token][msg.sender] =
            ChannelWords.pack(c.collateral(), c.redeemed(), unlockAt, c.treasuryFeeBps());
        emit ChannelUnlockRequested(msg.sender, provider, token, uint40(unlockAt));
    }

    /// @notice Returns the collateral that was not redeemed to the caller's balance.
    function unlock(address provider, address token) external {
        ChannelWord c = _channels[provider][token][msg.sender];
        uint256 unlockAt = c.unlockAt();
        if (unlockAt == 0) revert UnlockNotRequested();
        if (block.timestamp < unlockAt) revert UnlockTooEarly(uint40(unlockAt), block.timestamp);
        uint256 returned = c.collateral();
        _channels[provider][token][msg.sender] = ChannelWords.pack(0, c.redeemed(), 0, 0);
        _credit(msg.sender, token, returned);
        emit ChannelUnlocked(msg.sender, provider, token, uint96(returned));
    }

    /// @notice Pays a voucher into the provider's balance, as far as the collateral goes. Anyone may send it.
    /// @return paid token base units, fees included; 0 when the voucher says nothing new
    function redeem(address provider, address token, Voucher calldata voucher)
        external
        returns (uint96 paid)
    {
        mapping(address => ChannelWord) storage channels = _channels[provider][token];
        bytes32 domain = _domainSeparatorV4();
        if (!_saysSomethingNew(channels[voucher.tenant], voucher.total)) return 0;
        (uint256 gross, uint256 fee) = _redeem(channels, provider, token, voucher, domain);
        if (gross == 0) {
            revert SignatureInvalid(voucher.tenant, _voucherSigner(domain, provider, token, voucher));
        }
        paid = uint96(gross);
        _creditEarned(provider, token, gross - fee);
        _owe(token, fee);
    }

    /// @notice Pays several tenants' vouchers to one provider. One that says nothing new, or whose signature does not count, is passed over:
    /// no tenant can stop the others' pay. `VoucherRedeemed` tells which were paid.
    function redeemBatch(address provider, address token, Voucher[] calldata vouchers)
        external
        returns (uint256 paid)
    {
        mapping(address => ChannelWord) storage channels = _channels[provider][token];
        bytes32 domain = _domainSeparatorV4();
        uint256 fees;
        for (uint256 i; i < vouchers.length; ++i) {
            (uint256 one, uint256 fee) = _redeem(channels, provider, token, vouchers[i], domain);
            unchecked {
                paid += one;
                fees += fee;
            }
        }
        _creditEarned(provider, token, paid - fees);
        _owe(token, fees);
    }

    function channel(address tenant, address provider, address token) external view returns (Channel memory) {
        ChannelWord c = _channels[provider][token][tenant];
        return Channel({
            collateral: uint96(c.collateral()),
            redeemed: uint96(c.redeemed()),
            unlockAt: uint40(c.unlockAt()),
            treasuryFeeBps: uint16(c.treasuryFeeBps())
        });
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
        return _voucherDigest(_domainSeparatorV4(), tenant, provider, token, total);
    }

    function _voucherDigest(bytes32 domain, address tenant, address provider, address token, uint256 total)
        private
        pure
        returns (bytes32)
    {
        bytes32 typeHash = VOUCHER_TYPEHASH;
        bytes32 structHash;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), tenant)
            mstore(add(free, 0x40), provider)
            mstore(add(free, 0x60), token)
            mstore(add(free, 0x80), total)
            structHash := keccak256(free, 0xa0)
        }
        return _digest(domain, structHash);
    }

    function _isChannelSigner(address tenant, address provider, address token, address signer)
        private
        view
        returns (bool)
    {
        if (signer == address(0)) return false;
        if (signer == _channelSigners[tenant][provider][token]) return true;
        return block.timestamp < _formerSigners[tenant][provider][token][signer];
    }

    function _voucherSigner(bytes32 domain, address provider, address token, Voucher calldata voucher)
        private
        view
        returns (address)
    {
        bytes32 digest = _voucherDigest(domain, voucher.tenant, provider, token, voucher.total);
        return Recover.fromShort(digest, voucher.r, voucher.vs);
    }

    function _saysSomethingNew(ChannelWord c, uint256 total) private pure returns (bool) {
        return total > c.redeemed() && c.collateral() != 0;
    }

    /// Takes what a voucher says off its channel; nothing where it says nothing new or its signature does not count.
    function _redeem(
        mapping(address => ChannelWord) storage channels,
        address provider,
        address token,
        Voucher calldata voucher,
        bytes32 domain
    ) private returns (uint256 paid, uint256 fee) {
        address tenant = voucher.tenant;
        uint256 total = voucher.total;
        ChannelWord c = channels[tenant];
        uint256 redeemed = c.redeemed();
        uint256 collateral = c.collateral();
        if (total <= redeemed || collateral == 0) return (0, 0);
        address signer =
            Recover.fromShort(_voucherDigest(domain, tenant, provider, token, total), voucher.r, voucher.vs);
        if (signer != tenant && !_isChannelSigner(tenant, provider, token, signer)) return (0, 0);
        unchecked {
            paid = total - redeemed;
            if (paid > collateral) paid = collateral;
            fee = Accrual.share(redeemed, redeemed + paid, c.treasuryFeeBps());
            redeemed += paid;
            collateral -= paid;
        }
        channels[tenant] = c.withAmounts(collateral, redeemed);
        emit VoucherRedeemed(tenant, provider, token, uint96(redeemed));
    }
}
