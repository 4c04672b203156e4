// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.26;

import {Escrow} from "../../solidity/escrow/Escrow.sol";
import {Agreement, LeaseStatus, Voucher} from "../../solidity/escrow/EscrowTypes.sol";
import {NodeRegistry} from "../../solidity/registry/NodeRegistry.sol";
import {TestDollar} from "../../solidity/token/TestDollar.sol";
import {FeeToken, SwallowingToken} from "../tokens/HostileTokens.sol";
import {EscrowHandler} from "./EscrowHandler.sol";

/// The same people, many things at a time: batches and gangs, cancelled salts, keys named and taken back, verdicts, payout addresses, and a
/// governance that changes what it may.
contract EscrowCampaign is EscrowHandler {
    bytes32 private constant PERMIT =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    NodeRegistry private immutable _registry;
    address private immutable _governance;
    address[2] private _refused;
    uint256 private _salts;
    mapping(
        address tenant
            => mapping(address provider => mapping(address token => mapping(address key => uint256)))
    ) private _signerUntil;

    constructor(Escrow escrow_, NodeRegistry registry, address governance, address dollar, address hostile)
        EscrowHandler(escrow_, dollar, hostile)
    {
        (_registry, _governance) = (registry, governance);
        _refused = [address(new FeeToken()), address(new SwallowingToken())];
    }

    /// Tokens that the governance is to allow, and that no deposit may come in by.
    function refused(uint256 i) external view returns (address) {
        return _refused[i];
    }

    // ── money ─────────────────────────────────────────────────────────────────────────────────────────────────

    function depositWhatIsRefused(uint256 which, uint96 amount) external {
        FeeToken token = FeeToken(_refused[which % 2]);
        amount = uint96(bound(amount, 100, 1e12));
        token.mint(address(escrow), 1000);
        token.mint(address(this), amount);
        token.approve(address(escrow), amount);
        try escrow.deposit(address(token), amount) {
            violated("took in a token that moves other amounts");
        } catch {}
    }

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    function depositByPermit(uint256 t, uint96 amount, bool used) external {
        amount = uint96(bound(amount, 1, 1e12));
        address account = tenantAt(t);
        TestDollar(tokens[0]).mint(account, amount);
        Signature memory signed = permitOf(t, amount);
        if (used) {
            // Somebody may use a permit before its holder does.
            TestDollar(tokens[0])
                .permit(account, address(escrow), amount, time(), signed.v, signed.r, signed.s);
        }
        vm.prank(account);
        escrow.depositWithPermit(tokens[0], amount, time(), signed.v, signed.r, signed.s);
    }

    function permitOf(uint256 t, uint96 amount) private view returns (Signature memory signed) {
        TestDollar dollar = TestDollar(tokens[0]);
        address account = tenantAt(t);
        bytes32 structHash =
            keccak256(abi.encode(PERMIT, account, address(escrow), amount, dollar.nonces(account), time()));
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", dollar.DOMAIN_SEPARATOR(), structHash));
        (signed.v, signed.r, signed.s) = vm.sign(tenantKey(t), digest);
    }

    function setPayout(uint256 p, bool set) external {
        address provider = providerAt(p);
        address standing = _registry.payoutOf(provider);
        vm.prank(standing == address(0) ? provider : standing);
        _registry.setPayout(provider, set ? address(0xC01D) : address(0));
    }

    function withdrawFor(uint256 who, uint256 p, uint256 which) external {
        address provider = providerAt(p);
        address token = tokens[which % 2];
        uint256 brought = escrow.balanceOf(provider, token) - escrow.earningsOf(provider, token);
        vm.prank(actors[who % actors.length]);
        try escrow.withdrawFor(provider, token) {
            if (_registry.payoutOf(provider) == address(0)) violated("withdrew to no payout address");
            if (escrow.balanceOf(provider, token) != brought) {
                violated("withdrew other than what was earned");
            }
        } catch {}
    }

    /// A provider spends what it may; its earnings only where they have no address to go to.
    function spend(uint256 p, uint256 which, uint96 amount) external {
        address provider = providerAt(p);
        address token = tokens[which % 2];
        uint256 earned = escrow.earningsOf(provider, token);
        amount = uint96(bound(amount, 1, 1e11));
        if (_agreements.length == 0) return;
        vm.prank(provider);
        try escrow.topUp(_agreements[amount % _agreements.length], amount) {
            bool untouched = escrow.earningsOf(provider, token) == earned;
            if (!untouched && _registry.payoutOf(provider) != address(0)) {
                violated("spent earnings that have an address to go to");
            }
        } catch {}
    }

    // ── leases ────────────────────────────────────────────────────────────────────────────────────────────────

    function several(uint256 seed, uint256 t, uint256 which) private returns (Agreement[] memory list) {
        list = new Agreement[](1 + seed % 3);
        for (uint256 i; i < list.length; ++i) {
            list[i] = Agreement({
                tenant: tenantAt(t),
                provider: providerAt(seed + i),
                indexer: address(0),
                token: tokens[which % 2],
                ratePerHour: uint96(seed % 1e9),
                deposit: uint96(seed % 1e9),
                maxDuration: 0,
                indexerFeeBps: 0,
                termsHash: 0,
                salt: keccak256(abi.encode("many", ++_salts)),
                startBy: uint40(time())
            });
        }
    }

    function kept(Agreement[] memory list) private {
        for (uint256 i; i < list.length; ++i) {
            ++opened;
            _agreements.push(list[i]);
            openedAt[idOf(list[i])] = time();
        }
    }

    /// @param odd whose place in the list another provider signs for; beyond it everybody signs for itself
    function openMany(uint256 seed, uint256 t, uint256 which, uint256 odd, bool asGang) external {
        if (_agreements.length + 3 > LEASES) return;
        Agreement[] memory list = several(seed, t, which);
        odd %= 6;
        bytes[] memory providerSigs = new bytes[](list.length);
        for (uint256 i; i < list.length; ++i) {
            providerSigs[i] = sign(providerKey(seed + i + (i == odd ? 1 : 0)), escrow.hashAgreement(list[i]));
        }
        if (!opens(list, t, providerSigs, asGang)) return;
        if (odd < list.length) violated("opened with another provider's signature");
        kept(list);
    }

    function opens(Agreement[] memory list, uint256 t, bytes[] memory providerSigs, bool asGang)
        private
        returns (bool)
    {
        if (asGang) {
            vm.prank(list[0].tenant);
            try escrow.openGang(list, "", providerSigs) {
                return true;
            } catch {
                return false;
            }
        }
        bytes[] memory tenantSigs = new bytes[](list.length);
        for (uint256 i; i < list.length; ++i) {
            tenantSigs[i] = sign(tenantKey(t), escrow.hashAgreement(list[i]));
        }
        try escrow.openBatch(list, tenantSigs, providerSigs) {
            return true;
        } catch {
            return false;
        }
    }

    /// Closes a run of them at once, the closed ones among them too.
    function closeMany(uint256 from, uint256 count, uint256 who) external {
        if (_agreements.length == 0) return;
        from %= _agreements.length;
        count = bound(count, 1, 4);
        if (from + count > _agreements.length) count = _agreements.length - from;
        Agreement[] memory list = new Agreement[](count);
        bool[] memory wasOpen = new bool[](count);
        for (uint256 i; i < count; ++i) {
            list[i] = _agreements[from + i];
            wasOpen[i] = escrow.lease(idOf(list[i])).status == LeaseStatus.Open;
        }
        vm.prank(actors[who % actors.length]);
        try escrow.closeBatch(list) returns (uint256 closed) {
            uint256 were;
            for (uint256 i; i < count; ++i) {
                if (!wasOpen[i]) continue;
                countEnded(list[i]);
                ++were;
            }
            if (closed != were) violated("a batch ended other leases than those that were open");
            for (uint256 i; i < count; ++i) {
                requireOperatorRate(list[i]);
            }
        } catch {}
    }

    function cancel(uint256 t, uint256 i) external {
        bytes32 salt = i % 2 == 0 || _agreements.length == 0
            ? keccak256(abi.encode("many", _salts + 1))
            : _agreements[i % _agreements.length].salt;
        address tenant = tenantAt(t);
        bytes32 leaseId = keccak256(abi.encode(tenant, salt));
        LeaseStatus standing = escrow.lease(leaseId).status;
        vm.prank(tenant);
        try escrow.cancel(salt) {
            if (standing != LeaseStatus.None) violated("cancelled a salt that was spent");
        } catch {}
    }

    /// This campaign is the verdicts contract, too.
    function creditByVerdict(uint256 i, uint32 seconds_, bool allowed) external {
        if (_agreements.length == 0) return;
        if (!allowed) vm.prank(tenantAt(i));
        try escrow.creditByVerdict(_agreements[i % _agreements.length], seconds_ % 20_000) {
            if (!allowed) violated("credited by somebody else than the verdicts");
        } catch {}
    }

    // ── vouchers ──────────────────────────────────────────────────────────────────────────────────────────────

    /// Names the key of another tenant, or none.
    function setChannelSigner(uint256 t, uint256 p, uint256 which, uint256 key, bool none) external {
        (address tenant, address provider, address token) = (tenantAt(t), providerAt(p), tokens[which % 2]);
        address standing = escrow.channelSigner(tenant, provider, token);
        address named = none ? address(0) : tenantAt(key);
        vm.prank(tenant);
        escrow.setChannelSigner(provider, token, named);
        if (standing != named) _signerUntil[tenant][provider][token][standing] = time() + 1 days;
    }

    /// One voucher of each tenant, signed by its own key or by another's; only the batch's good ones are paid.
    function redeemBatch(uint256 p, uint256 which, uint96 total, uint256 key) external {
        total = uint96(bound(total, 0, 1e12));
        (address provider, address token) = (providerAt(p), tokens[which % 2]);
        Voucher[] memory vouchers = new Voucher[](TENANTS);
        uint256[] memory before = new uint256[](TENANTS);
        for (uint256 t; t < TENANTS; ++t) {
            before[t] = escrow.channel(tenantAt(t), provider, token).redeemed;
            vouchers[t] = voucherBy(key, tenantAt(t), provider, token, total);
        }
        uint256 paid = escrow.redeemBatch(provider, token, vouchers);
        uint256 sum;
        for (uint256 t; t < TENANTS; ++t) {
            uint256 grown = escrow.channel(tenantAt(t), provider, token).redeemed - before[t];
            sum += grown;
            if (grown != 0 && !isChannelSigner(tenantAt(t), provider, token, tenantAt(key))) {
                violated("redeemed in a batch what nobody signed who may");
            }
        }
        if (paid != sum) violated("a batch paid other than what its channels say");
    }

    function voucherBy(uint256 key, address tenant, address provider, address token, uint96 total)
        private
        view
        returns (Voucher memory v)
    {
        (v.tenant, v.total) = (tenant, total);
        (v.r, v.vs) = signShort(tenantKey(key), escrow.hashVoucher(tenant, provider, token, total));
    }

    function isChannelSigner(address tenant, address provider, address token, address signer)
        internal
        view
        override
        returns (bool)
    {
        return signer == tenant || signer == escrow.channelSigner(tenant, provider, token)
            || time() < _signerUntil[tenant][provider][token][signer];
    }

    // ── governance ────────────────────────────────────────────────────────────────────────────────────────────

    function setParameters(uint16 feeBps, uint32 noticePeriod, bool paused) external {
        vm.startPrank(_governance);
        escrow.setTreasury(address(0x7EA), feeBps % 1001);
        escrow.setNoticePeriod(noticePeriod % (7 days + 1));
        if (paused) escrow.pauseNewLeases();
        else escrow.unpauseNewLeases();
        vm.stopPrank();
    }
}
