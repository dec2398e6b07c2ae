<?php
declare(strict_types=1);

namespace Opencart\Admin\Controller\Extension\XeroConnector\Module;

require_once DIR_EXTENSION . 'xero_connector/system/library/load.php';

use Opencart\System\Library\Extension\XeroConnector\Shop;
use Opencart\System\Library\Extension\XeroConnector\Triggers;
use XeroConnector\Connector;
use XeroConnector\Outbox\Listeners;
use XeroConnector\Settings;
use XeroConnector\Wire\PairingCode;

/** The extension's settings: switched on, the pairing code, what is known of the connector. */
class XeroConnector extends \Opencart\System\Engine\Controller
{
    private const ROUTE = 'extension/xero_connector/module/xero_connector';

    /** Routes whose permission is given with the extension and taken with it. */
    private const GUARDED = [self::ROUTE, 'extension/xero_connector/attention', 'extension/xero_connector/wish'];

    public function index(): void
    {
        $this->upgrade();
        $this->texts();
        $this->document->setTitle($this->language->get('heading_title'));

        $settings = $this->connector()->settings();
        $data = $this->frame();
        $data['may_modify'] = $this->user->hasPermission('modify', self::ROUTE);
        $data['status'] = $settings->isOn();
        $data['code'] = $data['may_modify'] ? $this->pairingCode($settings) : '';
        $data['paired'] = $settings->isPaired();
        foreach (['app', 'store', 'callback', 'error'] as $name) {
            $data[$name] = $settings->get($name);
        }
        $last = (int)$settings->get('last_contact');
        $data['last_contact'] = $last ? date('Y-m-d H:i:s', $last) : '';
        $data['pushes'] = function_exists('fastcgi_finish_request') || function_exists('litespeed_finish_request');
        $data['attention'] = $this->link('extension/xero_connector/attention');
        foreach (['save', 'test', 'unpair', 'renew'] as $method) {
            $data[$method] = $this->link(Triggers::route('module/xero_connector', $method, VERSION));
        }

        $this->response->setOutput($this->load->view('extension/xero_connector/settings', $data));
    }

    public function save(): void
    {
        $on = ($this->request->post['status'] ?? '') === '1';
        $this->answer(static function (Connector $connector) use ($on): void {
            $connector->settings()->set(['status' => $on ? '1' : '0']);
        }, 'text_saved');
    }

    /** Calls the connector, so that somebody sees whether it can be reached from here. */
    public function test(): void
    {
        $this->answer(static function (Connector $connector): void {
            $said = $connector->hooks()->greet();
            if (!$said['reached']) {
                throw new \DomainException($said['error']);
            }
        }, 'text_reached');
    }

    public function unpair(): void
    {
        $this->answer(static fn (Connector $connector) => $connector->settings()->unpair(), 'text_unpaired');
    }

    public function renew(): void
    {
        $this->answer(static fn (Connector $connector) => $connector->settings()->renewKeys(), 'text_renewed');
    }

    public function install(): void
    {
        if (!$this->user->hasPermission('modify', 'extension/module')) {
            return;
        }

        $this->connector()->install();
        $this->forgetPermissions();
        $this->listen();

        foreach (self::GUARDED as $route) {
            $this->model_user_user_group->addPermission($this->user->getGroupId(), 'access', $route);
            $this->model_user_user_group->addPermission($this->user->getGroupId(), 'modify', $route);
        }
    }

    /** What a version needs that was put over another. The menu of the admin calls it, and as any method an address. */
    public function upgrade(): void
    {
        $settings = $this->connector()->settings();
        if ($settings->isInstalled() && !$settings->isOfThisVersion()) {
            $this->listen();
            $this->connector()->install();
        }
    }

    public function uninstall(): void
    {
        if (!$this->user->hasPermission('modify', 'extension/module')) {
            return;
        }

        $this->load->model('setting/event');
        $this->model_setting_event->deleteEventByCode(Triggers::CODE);
        $this->forgetPermissions();
        $this->connector()->uninstall();
    }

    /** New ones first, then those of another version go: no moment passes in which nobody listens. */
    private function listen(): void
    {
        $this->load->model('setting/event');
        $events = Triggers::all(VERSION);
        // 4.0.0 takes the columns one by one.
        $byColumns = version_compare(VERSION, '4.0.1.0', '<');
        foreach ($events as $event) {
            $this->model_setting_event->addEvent(...($byColumns ? array_values($event) : [$event]));
        }
        $wanted = array_column($events, 'action', 'trigger');
        foreach (Listeners::surplus($this->model_setting_event->getEvents(), Triggers::CODE, $wanted) as $id) {
            $this->model_setting_event->deleteEvent($id);
        }
    }

    /** From every group. */
    private function forgetPermissions(): void
    {
        $this->load->model('user/user_group');
        foreach ($this->model_user_user_group->getUserGroups() as $group) {
            foreach (json_decode((string)$group['permission'], true) ?: [] as $type => $routes) {
                foreach (array_intersect(self::GUARDED, (array)$routes) as $route) {
                    $this->model_user_user_group->removePermission((int)$group['user_group_id'], $type, $route);
                }
            }
        }
    }

    /** Does it for whoever may, and answers with a sentence as JSON, which the page prints as HTML. */
    private function answer(callable $do, string $success): void
    {
        $this->texts();
        try {
            $isPost = $this->request->server['REQUEST_METHOD'] === 'POST';
            if (!$isPost || !$this->user->hasPermission('modify', self::ROUTE)) {
                throw new \DomainException($this->language->get('error_permission'));
            }
            $do($this->connector());
            $json = ['success' => $this->language->get($success)];
        } catch (\DomainException $refused) {
            $json = ['error' => htmlspecialchars($refused->getMessage(), ENT_QUOTES, 'UTF-8')];
        }

        $this->response->addHeader('Content-Type: application/json');
        $this->response->setOutput(json_encode($json));
    }

    private function pairingCode(Settings $settings): string
    {
        $shop = new Shop($this->registry);

        return PairingCode::write($shop->address(), $settings->get('key'), $settings->get('secret'));
    }

    private function frame(): array
    {
        $data = [
            'header' => $this->load->controller('common/header'),
            'column_left' => $this->load->controller('common/column_left'),
            'footer' => $this->load->controller('common/footer'),
            'back' => $this->link('marketplace/extension', '&type=module'),
        ];
        $data['breadcrumbs'] = [
            ['text' => $this->language->get('text_home'), 'href' => $this->link('common/dashboard')],
            ['text' => $this->language->get('text_extension'), 'href' => $data['back']],
            ['text' => $this->language->get('heading_title'), 'href' => $this->link(self::ROUTE)],
        ];

        return $data;
    }

    /** English where the shop's language has no file of ours. */
    private function texts(): void
    {
        $this->load->language(self::ROUTE, '', 'en-gb');
        $this->load->language(self::ROUTE);
    }

    private function connector(): Connector
    {
        return Shop::connector($this->registry);
    }

    private function link(string $route, string $more = ''): string
    {
        return $this->url->link($route, 'user_token=' . $this->session->data['user_token'] . $more, true);
    }
}
