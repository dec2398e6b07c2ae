<?php
declare(strict_types=1);

namespace XeroConnector\Wire;

use XeroConnector\Clock;
use XeroConnector\Settings;

/**
 * Lets a request in, or says why not.
 *
 * Nothing of the database is changed for a caller who is not known; of a known one the nonce is kept. The steps
 * are in the order of PROTOCOL.md: callers() and freshness() are apart because only a known caller's refusals
 * are signed.
 */
final class Guard
{
    /** Seconds that the clocks of both sides may differ. */
    private const LEEWAY = 300;

    /** @var Settings */
    private $settings;

    /** @var Nonces */
    private $nonces;

    /** @var Clock */
    private $clock;

    public function __construct(Settings $settings, Nonces $nonces, Clock $clock)
    {
        $this->settings = $settings;
        $this->nonces = $nonces;
        $this->clock = $clock;
    }

    /** @throws Refusal 405, 413 or 401: the caller is not known, and gets no signed answer */
    public function knowCaller(Request $request): void
    {
        if ($request->method() !== 'POST') {
            throw new Refusal(405, 'bad_method', 'This address answers to the connector only.');
        }
        if ($request->isTooLong()) {
            throw new Refusal(413, 'too_long', 'The request is longer than the shop takes.');
        }
        if (!$this->isSigned($request)) {
            throw new Refusal(401, 'bad_signature', 'The shop does not know this key, or the signature is wrong.');
        }
    }

    /** @throws Refusal 401 for an old request or a copy, 403 where the extension is switched off */
    public function takeOnce(Request $request): void
    {
        $now = $this->clock->now();
        if (abs($now - (int) $request->header('Timestamp')) > self::LEEWAY) {
            $message = 'The clocks of the shop and of the connector differ by more than five minutes.';
            throw new Refusal(401, 'bad_timestamp', $message, ['now' => $now]);
        }
        if (!$this->nonces->take($request->header('Nonce'), $now)) {
            throw new Refusal(401, 'replayed', 'This request was served before; a copy of it is not.');
        }
        if (!$this->settings->isOn()) {
            throw new Refusal(403, 'switched_off', "The Xero connector is switched off in the shop's admin.");
        }
    }

    private function isSigned(Request $request): bool
    {
        $key = $this->settings->get('key');
        $secret = $this->settings->get('secret');
        $timestamp = $request->header('Timestamp');
        $nonce = $request->header('Nonce');
        $expected = Signature::ofRequest($secret, $timestamp, $nonce, $request->body());
        $sameKey = hash_equals($key, $request->header('Key'));
        $sameSignature = hash_equals($expected, $request->header('Signature'));
        $wellFormed = preg_match('/^[0-9]{1,12}$/D', $timestamp) && preg_match('/^[0-9a-f]{32}$/D', $nonce);
        return $sameKey && $sameSignature && $wellFormed && strlen($secret) === 64;
    }
}
